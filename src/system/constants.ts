/**
 * Constants of the Linux ABI. The values hold on x86-64 and AArch64
 * (include/uapi/asm-generic/mman.h, mman-common.h, linux/memfd.h, asm-generic/fcntl.h).
 */

export const PROT = {
  PROT_NONE: 0,
  PROT_READ: 1,
  PROT_WRITE: 2,
  PROT_EXEC: 4,
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
} as const;

export const MFD = {
  MFD_CLOEXEC: 1,
  MFD_ALLOW_SEALING: 2,
  MFD_HUGETLB: 4,
} as const;

export const OPEN = {
  O_RDWR: 0o2,
  O_CREAT: 0o100,
  O_EXCL: 0o200,
} as const;

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
