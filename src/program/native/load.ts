import { MAP, PROT } from '../../system/constants.ts';
import { callLibc, memoryView } from '../../system/libc.ts';

/** Puts code into executable memory of its own and returns its address. */
export function loadCode(code: Uint8Array): number {
  const flags = MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS;
  const address = callLibc('mmap', 0, code.length, PROT.PROT_READ | PROT.PROT_WRITE, flags, -1, 0);
  new Uint8Array(memoryView(address, code.length)).set(code);
  callLibc('mprotect', address, code.length, PROT.PROT_READ | PROT.PROT_EXEC);
  return address;
}
