import { MAP, PROT } from './constants.ts';
import { callLibc, memoryView } from './libc.ts';

/**
 * Offset in bytes within its page at which code is loaded. Modules begin at page starts: there, the code would compete
 * with all their pages for the same few sets of the caches.
 */
const pageOffset = 2048;

function allocate(length: number): number {
  const flags = MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS;
  return callLibc('mmap', 0, length, PROT.PROT_READ | PROT.PROT_WRITE, flags, -1, 0);
}

/** Puts code into executable memory of its own and returns its address. */
export function loadCode(code: Uint8Array): number {
  const length = pageOffset + code.length;
  const address = allocate(length);
  new Uint8Array(memoryView(address, length)).set(code, pageOffset);
  callLibc('mprotect', address, length, PROT.PROT_READ | PROT.PROT_EXEC);
  return address + pageOffset;
}

/** Copies bytes into memory that stays where it is, page-aligned, and returns its address. */
export function loadData(bytes: Uint8Array): number {
  const address = allocate(bytes.length);
  new Uint8Array(memoryView(address, bytes.length)).set(bytes);
  return address;
}
