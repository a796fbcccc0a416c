import type { Architecture } from '../system/syscalls.ts';

/** What a dynamic executable asks its loader for. */
export interface DynamicParts {
  readonly architecture: Architecture;
  /** The program that loads it. */
  readonly interpreter: string;
  /** Libraries, by their names (DT_NEEDED). */
  readonly needed: readonly string[];
  /** Functions of theirs whose addresses the loader leaves in a table. */
  readonly imports: readonly string[];
}

/** An executable, and where it lies in memory. */
export interface DynamicExecutable {
  readonly file: Uint8Array;
  /** Address of the first byte of its code. */
  readonly code: number;
  /** Addresses of the words in which the loader leaves those of the imports, in their order. */
  readonly imports: readonly number[];
}

// elf.h
const [ET_EXEC, STB_GLOBAL_FUNC] = [2, 0x12];
/**
 * The machine, and the relocation by which a symbol's address is stored (R_X86_64_GLOB_DAT,
 * R_AARCH64_GLOB_DAT).
 */
const machines: Readonly<Record<Architecture, { readonly machine: number; readonly relocation: number }>> = {
  x64: { machine: 62, relocation: 6 },
  arm64: { machine: 183, relocation: 1025 },
};
const [PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_GNU_STACK] = [1, 2, 3, 0x6474e551];
const [PF_X, PF_W, PF_R] = [1, 2, 4];
const tags = { needed: 1, hash: 4, strtab: 5, symtab: 6, rela: 7, relasz: 8, relaent: 9, strsz: 10 } as const;
const more = { syment: 11, debug: 21, bindNow: 24 } as const;

const headerBytes = 64;
const segmentBytes = 56;
const segmentCount = 5;
/** What is a multiple of all page sizes. */
const pageBytes = 0x10000;

/**
 * An executable that the C library's loader loads at `address`, with the libraries that it needs,
 * and that then begins with the first byte of `code` (System V ABI, Dynamic Linking).
 */
export function dynamicExecutable(
  code: Uint8Array,
  address: number,
  { interpreter, needed, imports, architecture }: DynamicParts,
): DynamicExecutable {
  const { machine, relocation: relocationType } = machines[architecture];
  const strings = new Strings();
  const libraries = needed.map((name) => strings.add(name));
  const names = imports.map((name) => strings.add(name));
  const symbolCount = imports.length + 1;

  let end = headerBytes + segmentCount * segmentBytes;
  const place = (length: number, unit = 16) => {
    const at = Math.ceil(end / unit) * unit;
    end = at + length;
    return at;
  };
  const at = {
    code: place(code.length),
    interpreter: place(interpreter.length + 1),
    strings: place(strings.bytes.length),
    symbols: place(symbolCount * 24),
    hash: place((3 + symbolCount) * 4),
    relocations: place(imports.length * 24),
  };
  const readable = end;
  const dynamicEntries = libraries.length + 11;
  const writable = place(dynamicEntries * 16 + imports.length * 8, pageBytes);
  const table = writable + dynamicEntries * 16;

  const bytes = Buffer.alloc(end);
  const word = (offset: number, value: number) => bytes.writeBigUInt64LE(BigInt(value), offset);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(ET_EXEC, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeUInt32LE(1, 20);
  word(24, address + at.code);
  word(32, headerBytes);
  bytes.writeUInt16LE(headerBytes, 52);
  bytes.writeUInt16LE(segmentBytes, 54);
  bytes.writeUInt16LE(segmentCount, 56);

  const segments: readonly [type: number, flags: number, offset: number, length: number][] = [
    [PT_INTERP, PF_R, at.interpreter, interpreter.length + 1],
    [PT_LOAD, PF_R | PF_X, 0, readable],
    [PT_LOAD, PF_R | PF_W, writable, end - writable],
    [PT_DYNAMIC, PF_R | PF_W, writable, dynamicEntries * 16],
    [PT_GNU_STACK, PF_R | PF_W, 0, 0],
  ];
  for (const [index, [type, flags, offset, length]] of segments.entries()) {
    const row = headerBytes + index * segmentBytes;
    bytes.writeUInt32LE(type, row);
    bytes.writeUInt32LE(flags, row + 4);
    word(row + 8, offset);
    for (const field of [16, 24]) word(row + field, length === 0 ? 0 : address + offset);
    for (const field of [32, 40]) word(row + field, length);
    word(row + 48, type === PT_LOAD ? pageBytes : 8);
  }

  bytes.set(code, at.code);
  bytes.write(interpreter, at.interpreter, 'latin1');
  bytes.set(strings.bytes, at.strings);
  // One bucket, and nobody looks anything up here.
  bytes.writeUInt32LE(1, at.hash);
  bytes.writeUInt32LE(symbolCount, at.hash + 4);
  for (const [index, name] of names.entries()) {
    const symbol = at.symbols + (index + 1) * 24;
    bytes.writeUInt32LE(name, symbol);
    bytes.writeUInt8(STB_GLOBAL_FUNC, symbol + 4);
    const relocation = at.relocations + index * 24;
    word(relocation, address + table + index * 8);
    bytes.writeUInt32LE(relocationType, relocation + 8);
    bytes.writeUInt32LE(index + 1, relocation + 12);
  }
  const entries: readonly (readonly [tag: number, value: number])[] = [
    ...libraries.map((name) => [tags.needed, name] as const),
    [tags.strtab, address + at.strings],
    [tags.strsz, strings.bytes.length],
    [tags.symtab, address + at.symbols],
    [more.syment, 24],
    [tags.hash, address + at.hash],
    [tags.rela, address + at.relocations],
    [tags.relasz, imports.length * 24],
    [tags.relaent, 24],
    [more.bindNow, 0],
    [more.debug, 0],
  ];
  for (const [index, [tag, value]] of entries.entries()) {
    word(writable + index * 16, tag);
    word(writable + index * 16 + 8, value);
  }
  return {
    file: bytes,
    code: address + at.code,
    imports: imports.map((_, index) => address + table + index * 8),
  };
}

/** Texts one after the other, each known by its offset; the first is empty. */
class Strings {
  #bytes = Buffer.from('\0');

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  add(text: string): number {
    const at = this.#bytes.length;
    this.#bytes = Buffer.concat([this.#bytes, Buffer.from(`${text}\0`)]);
    return at;
  }
}
