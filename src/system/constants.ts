/**
 * Constants of the Linux ABI. Unless said otherwise the values hold on x86-64 and AArch64
 * (include/uapi/asm-generic/mman.h, mman-common.h, fcntl.h, linux/memfd.h, membarrier.h, userfaultfd.h).
 */
import type { Architecture } from './syscalls.ts';

export const PROT = {
  PROT_NONE: 0,
  PROT_READ: 1,
  PROT_WRITE: 2,
  PROT_EXEC: 4,
  /** AArch64: indirect branches must land on a `bti` instruction. */
  PROT_BTI: 16,
} as const;

export const MAP = {
  MAP_SHARED: 0x01,
  MAP_PRIVATE: 0x02,
  MAP_FIXED: 0x10,
  MAP_ANONYMOUS: 0x20,
  MAP_LOCKED: 0x2000,
  MAP_NORESERVE: 0x4000,
  MAP_POPULATE: 0x8000,
  MAP_HUGETLB: 0x40000,
  MAP_FIXED_NOREPLACE: 0x100000,
  /** log2(2 MiB) in the bits that name a huge page size. */
  MAP_HUGE_2MB: 21 << 26,
} as const;

export const MREMAP = {
  MREMAP_MAYMOVE: 1,
  MREMAP_FIXED: 2,
  MREMAP_DONTUNMAP: 4,
} as const;

export const MADV = {
  MADV_DONTNEED: 4,
  MADV_HUGEPAGE: 14,
  MADV_COLLAPSE: 25,
  MADV_GUARD_INSTALL: 102,
  MADV_GUARD_REMOVE: 103,
} as const;

export const MFD = {
  MFD_CLOEXEC: 1,
  MFD_ALLOW_SEALING: 2,
  MFD_HUGETLB: 4,
  /** Linux 6.3: the file can be executed, whatever vm.memfd_noexec says short of 2. */
  MFD_EXEC: 0x10,
  /** log2(2 MiB) in the bits that name a huge page size. */
  MFD_HUGE_2MB: 21 << 26,
} as const;

/** Flags of open(2) as x86-64 has them, and programs on any machine: see `openFlagsFor`. */
export const OPEN = {
  O_RDONLY: 0,
  O_WRONLY: 0o1,
  O_RDWR: 0o2,
  O_CREAT: 0o100,
  O_EXCL: 0o200,
  O_CLOEXEC: 0o2000000,
  /** With O_DIRECTORY. */
  O_TMPFILE: 0o20200000,
} as const;

/** Flags of open(2) as the kernel of an architecture takes them (arch/arm64/include/uapi/asm/fcntl.h). */
export function openFlagsFor(architecture: Architecture, flags: number): number {
  if (architecture === 'x64') return flags;
  const exchanged = [
    // O_DIRECT and O_DIRECTORY
    [0o40000, 0o200000],
    // O_LARGEFILE and O_NOFOLLOW
    [0o100000, 0o400000],
  ] as const;
  return exchanged.reduce(
    (rest, [one, other]) => (rest & ~(one | other)) | (flags & one ? other : 0) | (flags & other ? one : 0),
    flags,
  );
}

export const AT_FDCWD = -100;

export const FCNTL = { F_GETFD: 1, F_ADD_SEALS: 1033 } as const;

export const SEALS = {
  F_SEAL_SEAL: 0x1,
  F_SEAL_SHRINK: 0x2,
  F_SEAL_GROW: 0x4,
  F_SEAL_WRITE: 0x8,
  F_SEAL_FUTURE_WRITE: 0x10,
} as const;

export const MEMBARRIER = {
  MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE: 1 << 5,
  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE: 1 << 6,
} as const;

/** Rights that a protection key takes away (include/uapi/asm-generic/mman-common.h). */
export const PKEY = {
  PKEY_DISABLE_ACCESS: 1,
  PKEY_DISABLE_WRITE: 2,
  /** AArch64 alone: x86-64 refuses it. */
  PKEY_DISABLE_EXECUTE: 4,
} as const;

/** Flags of userfaultfd(2). */
export const UFFD = {
  UFFD_USER_MODE_ONLY: 1,
  O_CLOEXEC: 0o2000000,
} as const;

/** Requests of ioctl(2) for a userfaultfd: _IOWR(0xaa, number, struct). */
export const UFFDIO = {
  UFFDIO_API: 0xc018aa3f,
  UFFDIO_REGISTER: 0xc020aa00,
  UFFDIO_COPY: 0xc028aa03,
  UFFDIO_MOVE: 0xc028aa05,
} as const;

/** Words in the structures that those requests take. */
export const UFFD_API = 0xaa;
export const UFFD_FEATURE_MOVE = 1 << 16;
export const UFFDIO_REGISTER_MODE_MISSING = 1;

export const SIGNAL = { SIGKILL: 9, SIGSEGV: 11 } as const;

/**
 * Names of the flags set in `value`, joined as C writes them; `zero` names the empty set.
 * Bits without a name are printed in hexadecimal.
 */
export function flagNames(table: Readonly<Record<string, number>>, value: number, zero = '0'): string {
  if (value === 0) return zero;
  const names: string[] = [];
  let rest = value;
  for (const [name, bits] of Object.entries(table)) {
    if (bits !== 0 && (value & bits) === bits) {
      names.push(name);
      rest &= ~bits;
    }
  }
  if (rest !== 0) names.push(`0x${(rest >>> 0).toString(16)}`);
  return names.join(' | ');
}
