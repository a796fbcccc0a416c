import type { Architecture } from './architecture.ts';

/**
 * System call numbers (x86-64: arch/x86/entry/syscalls/syscall_64.tbl;
 * AArch64: include/uapi/asm-generic/unistd.h).
 */
const numbers = {
  x64: {
    mmap: 9,
    mprotect: 10,
    munmap: 11,
    mremap: 25,
    close: 3,
    ftruncate: 77,
    memfd_create: 319,
    clock_gettime: 228,
  },
  arm64: {
    mmap: 222,
    mprotect: 226,
    munmap: 215,
    mremap: 216,
    close: 57,
    ftruncate: 46,
    memfd_create: 279,
    clock_gettime: 113,
  },
} as const satisfies Record<Architecture, Record<string, number>>;

/** Names of the system calls that generated code can make. */
export type SystemCallName = keyof (typeof numbers)['x64'];

export function systemCallNumber(architecture: Architecture, name: SystemCallName): number {
  return numbers[architecture][name];
}
