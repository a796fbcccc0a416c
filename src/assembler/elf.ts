import { elfMachines } from '../system/elf-file.ts';
import type { Architecture } from '../system/syscalls.ts';

// elf.h
const ET_EXEC = 2;
export const segmentTypes = { load: 1, dynamic: 2, interpreter: 3, stack: 0x6474e551 } as const;
export const segmentFlags = { execute: 1, write: 2, read: 4 } as const;

const headerBytes = 64;
const segmentBytes = 56;

/** A page size that is a multiple of all that AArch64 and x86-64 have. */
export const alignment = 0x10000;

/** Bytes at a multiple of `alignment` in the file and in memory, or within them. */
export interface Segment {
  readonly type: (typeof segmentTypes)[keyof typeof segmentTypes];
  /** `segmentFlags`. */
  readonly flags: number;
  /** In the file. */
  readonly offset: number;
  readonly address: number;
  readonly length: number;
}

/** Without it old kernels make every readable mapping of the process executable. */
export const stackSegment: Segment = {
  ...{ type: segmentTypes.stack, flags: segmentFlags.read | segmentFlags.write },
  ...{ offset: 0, address: 0, length: 0 },
};

/** Bytes of the headers of an executable with so many segments. */
export function headersBytes(segments: number): number {
  return headerBytes + segments * segmentBytes;
}

/** Writes the headers of an executable (ELF, 64 bits, little-endian) that begins at `entry`. */
export function writeHeaders(
  bytes: Uint8Array,
  architecture: Architecture,
  entry: number,
  segments: readonly Segment[],
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const word = (at: number, value: number) => view.setBigUint64(at, BigInt(value), true);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, ET_EXEC, true);
  view.setUint16(18, elfMachines[architecture], true);
  view.setUint32(20, 1, true);
  word(24, entry);
  word(32, headerBytes);
  view.setUint16(52, headerBytes, true);
  view.setUint16(54, segmentBytes, true);
  view.setUint16(56, segments.length, true);
  for (const [index, { type, flags, offset, address, length }] of segments.entries()) {
    const at = headersBytes(index);
    view.setUint32(at, type, true);
    view.setUint32(at + 4, flags, true);
    word(at + 8, offset);
    for (const field of [16, 24]) word(at + field, address);
    for (const field of [32, 40]) word(at + field, length);
    word(at + 48, alignment);
  }
}

/** Where the code of a static executable begins: behind its headers. */
export const codeOffset = headersBytes(2);

/**
 * A static executable that is loaded at `address`, a multiple of 64 KiB, and begins with the first byte of
 * `code`, which lies `codeOffset` bytes further on.
 */
export function executable(code: Uint8Array, address: number, architecture: Architecture): Uint8Array {
  const bytes = new Uint8Array(codeOffset + code.length);
  const flags = segmentFlags.read | segmentFlags.execute;
  const whole: Segment = { type: segmentTypes.load, flags, offset: 0, address, length: bytes.length };
  writeHeaders(bytes, architecture, address + codeOffset, [whole, stackSegment]);
  bytes.set(code, codeOffset);
  return bytes;
}
