import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { causeOf, RequestError } from './errors.ts';
import type { Architecture } from './syscalls.ts';

/** What is read of an ELF file (elf(5)), as far as programs are loaded by it. */
export interface ElfFile {
  /** undefined for machines that mapbench does not know. */
  readonly architecture: Architecture | undefined;
  readonly isShared: boolean;
  /** The program that loads it, as `/lib64/ld-linux-x86-64.so.2`. */
  readonly interpreter: string | undefined;
  /** Names of the libraries that it needs (DT_NEEDED). */
  readonly needed: readonly string[];
  /** Names of the functions that it gives to others. */
  readonly functions: readonly string[];
}

const [ET_DYN, PT_INTERP, SHT_DYNAMIC, SHT_DYNSYM, DT_NEEDED, STT_FUNC] = [3, 3, 6, 11, 1, 2];
/** What architectures are called in a header (e_machine). */
export const elfMachines: Readonly<Record<Architecture, number>> = { x64: 62, arm64: 183 };

/** Reads a file. Throws a RequestError where it cannot be read, or is no ELF file of 64 bits. */
export function readElf(path: string): ElfFile {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    throw new RequestError(`${path}: ${causeOf(error as NodeJS.ErrnoException, 'read', path)}`);
  }
  try {
    const { size } = fstatSync(fd);
    if (size < 64) throw noElf(path);
    return parse((offset, length) => {
      const bytes = Buffer.alloc(length);
      const read = readSync(fd, bytes, 0, length, offset);
      if (read < length)
        throw new RequestError(`${path} is cut off: it ends within what its header tells of`);
      return bytes;
    }, path);
  } finally {
    closeSync(fd);
  }
}

function noElf(path: string): RequestError {
  return new RequestError(`${path} is no ELF file of 64 bits; build it with cc -shared -fPIC`);
}

type Read = (offset: number, length: number) => Buffer;

interface Section {
  readonly type: number;
  readonly link: number;
  readonly bytes: () => Buffer;
}

function parse(read: Read, path: string): ElfFile {
  const header = read(0, 64);
  if (header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2) throw noElf(path);
  const number = (at: number) => Number(header.readBigUInt64LE(at));
  const sections = rows(read, number(40), header.readUInt16LE(60), 64).map(
    (row): Section => ({
      type: row.readUInt32LE(4),
      link: row.readUInt32LE(40),
      bytes: () => read(Number(row.readBigUInt64LE(24)), Number(row.readBigUInt64LE(32))),
    }),
  );
  const segments = rows(read, number(32), header.readUInt16LE(56), 56);
  const interpreter = segments.find((row) => row.readUInt32LE(0) === PT_INTERP);
  const table = (type: number, rowBytes: number) => {
    const section = sections.find((each) => each.type === type);
    const names = section && sections[section.link]?.bytes();
    const bytes = section?.bytes() ?? Buffer.alloc(0);
    const name = (at: number) => textAt(names ?? Buffer.alloc(0), at);
    return { rows: chunks(bytes, rowBytes), name };
  };
  const dynamic = table(SHT_DYNAMIC, 16);
  const symbols = table(SHT_DYNSYM, 24);
  return {
    architecture: architectureOf(header.readUInt16LE(18)),
    isShared: header.readUInt16LE(16) === ET_DYN,
    interpreter:
      interpreter &&
      textAt(read(Number(interpreter.readBigUInt64LE(8)), Number(interpreter.readBigUInt64LE(32))), 0),
    needed: dynamic.rows
      .filter((row) => Number(row.readBigInt64LE(0)) === DT_NEEDED)
      .map((row) => dynamic.name(Number(row.readBigUInt64LE(8)))),
    functions: symbols.rows
      .filter((row) => ((row[4] ?? 0) & 15) === STT_FUNC && row.readUInt16LE(6) !== 0)
      .map((row) => symbols.name(row.readUInt32LE(0))),
  };
}

function architectureOf(machine: number): Architecture | undefined {
  return (['x64', 'arm64'] as const).find((each) => elfMachines[each] === machine);
}

function rows(read: Read, offset: number, count: number, rowBytes: number): Buffer[] {
  return count === 0 ? [] : chunks(read(offset, count * rowBytes), rowBytes);
}

function chunks(bytes: Buffer, length: number): Buffer[] {
  return Array.from({ length: Math.floor(bytes.length / length) }, (_, index) =>
    bytes.subarray(index * length, (index + 1) * length),
  );
}

/** The text that begins so many bytes in, up to a 0 or the end. */
export function textAt(bytes: Buffer, at: number): string {
  const end = bytes.indexOf(0, at);
  return bytes.toString('utf8', at, end === -1 ? bytes.length : end);
}
