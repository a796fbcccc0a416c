import type { Architecture } from '../system/syscalls.ts';
import {
  alignment,
  headersBytes,
  type Segment,
  segmentFlags,
  segmentTypes,
  stackSegment,
  writeHeaders,
} from './elf.ts';

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
const STB_GLOBAL_FUNC = 0x12;
/** R_X86_64_GLOB_DAT, R_AARCH64_GLOB_DAT: a symbol's address is stored. */
const storesAddress: Readonly<Record<Architecture, number>> = { x64: 6, arm64: 1025 };
const tags = {
  ...{ needed: 1, hash: 4, strtab: 5, symtab: 6, rela: 7, relasz: 8, relaent: 9, strsz: 10 },
  ...{ syment: 11, debug: 21, bindNow: 24 },
} as const;

const segmentCount = 5;

/**
 * An executable that the C library's loader loads at `address`, with the libraries that it needs,
 * and that then begins with the first byte of `code` (System V ABI, Dynamic Linking).
 */
export function dynamicExecutable(
  code: Uint8Array,
  address: number,
  { interpreter, needed, imports, architecture }: DynamicParts,
): DynamicExecutable {
  const strings = new Strings();
  const libraries = needed.map((name) => strings.add(name));
  const names = imports.map((name) => strings.add(name));
  const symbolCount = imports.length + 1;

  let end = headersBytes(segmentCount);
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
  const writable = place(dynamicEntries * 16 + imports.length * 8, alignment);
  const table = writable + dynamicEntries * 16;

  const bytes = Buffer.alloc(end);
  const word = (offset: number, value: number) => bytes.writeBigUInt64LE(BigInt(value), offset);
  const { read, write, execute } = segmentFlags;
  const part = (type: Segment['type'], flags: number, offset: number, length: number): Segment => ({
    ...{ type, flags, offset, address: address + offset, length },
  });
  writeHeaders(bytes, architecture, address + at.code, [
    part(segmentTypes.interpreter, read, at.interpreter, interpreter.length + 1),
    part(segmentTypes.load, read | execute, 0, readable),
    part(segmentTypes.load, read | write, writable, end - writable),
    part(segmentTypes.dynamic, read | write, writable, dynamicEntries * 16),
    stackSegment,
  ]);

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
    bytes.writeUInt32LE(storesAddress[architecture], relocation + 8);
    bytes.writeUInt32LE(index + 1, relocation + 12);
  }
  const entries: readonly (readonly [tag: number, value: number])[] = [
    ...libraries.map((name) => [tags.needed, name] as const),
    [tags.strtab, address + at.strings],
    [tags.strsz, strings.bytes.length],
    [tags.symtab, address + at.symbols],
    [tags.syment, 24],
    [tags.hash, address + at.hash],
    [tags.rela, address + at.relocations],
    [tags.relasz, imports.length * 24],
    [tags.relaent, 24],
    [tags.bindNow, 0],
    [tags.debug, 0],
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
