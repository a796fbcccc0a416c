import { MAP, PROT } from './constants.ts';
import { callLibc, codeFunction, memoryView } from './libc.ts';
import { pageSize } from './memory.ts';

/** AArch64's `mrs x0, ctr_el0; ret`. */
export const readsCacheType: Uint8Array = new Uint8Array(new Uint32Array([0xd53b0020, 0xd65f03c0]).buffer);

/**
 * What an AArch64 processor says that code which was written needs (CTR_EL0, Arm ARM D24.2), as `IDC=1
 * DIC=0`: with IDC the data cache need not be cleaned, with DIC the instruction cache not be invalidated.
 * `register` is what was read.
 */
export function describeCacheType(register: number): string {
  // Above the 31 bits of these two lie others.
  const bit = (position: number) => Math.floor(register / 2 ** position) % 2;
  return `IDC=${bit(28)} DIC=${bit(29)}`;
}

/** What this host's processor says; undefined on x86-64, where no program asks for anything. */
export function ownCacheType(): string | undefined {
  if (process.arch !== 'arm64') return undefined;
  try {
    return describeCacheType(callOnce(readsCacheType));
  } catch {
    return undefined;
  }
}

/** What machine code returns. Throws a RefusalError where a policy stands against code that was written. */
export function callOnce(code: Uint8Array): number {
  const length = pageSize();
  const address = callLibc(
    'mmap',
    0,
    length,
    PROT.PROT_READ | PROT.PROT_WRITE,
    MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS,
    -1,
    0,
  );
  try {
    new Uint8Array(memoryView(address, length)).set(code);
    callLibc('mprotect', address, length, PROT.PROT_READ | PROT.PROT_EXEC);
    return codeFunction(address)(0, 0);
  } finally {
    callLibc('munmap', address, length);
  }
}
