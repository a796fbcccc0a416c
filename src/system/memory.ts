import { writeSync } from 'node:fs';
import { MAP, MFD, PROT } from './constants.ts';
import { callLibc, libc, memoryView } from './libc.ts';

/**
 * Offset in bytes within its page at which code is loaded. Modules begin at page starts: there, the code would compete
 * with all their pages for the same few sets of the caches.
 */
const pageOffset = 2048;

function allocate(length: number): number {
  const flags = MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS;
  return callLibc('mmap', 0, length, PROT.PROT_READ | PROT.PROT_WRITE, flags, -1, 0);
}

/**
 * Puts code into executable memory of its own and returns its address. Where a policy lets no mapping become executable, the code
 * goes through a memfd, whose mapping is executable from the start. Throws a SystemCallError where neither is allowed.
 */
export function loadCode(code: Uint8Array): number {
  const length = pageOffset + code.length;
  const address = allocate(length);
  new Uint8Array(memoryView(address, length)).set(code, pageOffset);
  const prot = PROT.PROT_READ | PROT.PROT_EXEC;
  if (libc('mprotect')(address, length, prot) !== -1) return address + pageOffset;
  callLibc('munmap', address, length);
  return loadThroughFile(code, length, prot) + pageOffset;
}

function loadThroughFile(code: Uint8Array, length: number, prot: number): number {
  const fd = callLibc('memfd_create', 'mapbench-loop', MFD.MFD_CLOEXEC);
  try {
    writeSync(fd, code, 0, code.length, pageOffset);
    return callLibc('mmap', 0, length, prot, MAP.MAP_SHARED, fd, 0);
  } finally {
    callLibc('close', fd);
  }
}

/** Copies bytes into memory that stays where it is, page-aligned, and returns its address. */
export function loadData(bytes: Uint8Array): number {
  const address = allocate(bytes.length);
  new Uint8Array(memoryView(address, bytes.length)).set(bytes);
  return address;
}
