import type { Architecture } from '../system/syscalls.ts';

// elf.h
const [ET_EXEC, PT_LOAD, PT_GNU_STACK] = [2, 1, 0x6474e551];
const [PF_X, PF_W, PF_R] = [1, 2, 4];
const machines: Readonly<Record<Architecture, number>> = { x64: 62, arm64: 183 };

const headerBytes = 64;
const segmentBytes = 56;

/** Where the code of an executable begins: behind the ELF header and two program headers. */
export const codeOffset = headerBytes + 2 * segmentBytes;

/** A page size that is a multiple of all that AArch64 and x86-64 have. */
const alignment = 0x10000;

/**
 * A static executable (ELF, 64 bits, little-endian) that is loaded at `address`, a multiple of 64 KiB, and
 * begins with the first byte of `code`, which lies `codeOffset` bytes further on.
 */
export function executable(code: Uint8Array, address: number, architecture: Architecture): Uint8Array {
  const bytes = new Uint8Array(codeOffset + code.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, ET_EXEC, true);
  view.setUint16(18, machines[architecture], true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(address + codeOffset), true);
  view.setBigUint64(32, BigInt(headerBytes), true);
  view.setUint16(52, headerBytes, true);
  view.setUint16(54, segmentBytes, true);
  view.setUint16(56, 2, true);
  segment(view, headerBytes, PT_LOAD, PF_R | PF_X, address, bytes.length);
  // Without it old kernels make every readable mapping of the process executable.
  segment(view, headerBytes + segmentBytes, PT_GNU_STACK, PF_R | PF_W, 0, 0);
  bytes.set(code, codeOffset);
  return bytes;
}

function segment(
  view: DataView,
  at: number,
  type: number,
  flags: number,
  address: number,
  length: number,
): void {
  view.setUint32(at, type, true);
  view.setUint32(at + 4, flags, true);
  // The offset in the file, at 8, is 0: what is loaded begins with the header.
  view.setBigUint64(at + 16, BigInt(address), true);
  view.setBigUint64(at + 24, BigInt(address), true);
  view.setBigUint64(at + 32, BigInt(length), true);
  view.setBigUint64(at + 40, BigInt(length), true);
  view.setBigUint64(at + 48, BigInt(alignment), true);
}
