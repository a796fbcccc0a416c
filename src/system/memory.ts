import { MAP, PROT } from './constants.ts';
import { callLibc } from './libc.ts';

/** Zeroed memory of this process, writable, from a page start on. Returns its address; give it back with `freeMemory`. */
export function allocateMemory(length: number): number {
  const flags = MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS;
  return callLibc('mmap', 0, length, PROT.PROT_READ | PROT.PROT_WRITE, flags, -1, 0);
}

export function freeMemory(address: number, length: number): void {
  callLibc('munmap', address, length);
}
