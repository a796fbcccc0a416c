import type { CodeTemplate } from './workload.ts';

/**
 * A workload's code for one module size and architecture, in the measured process's memory: what machine code
 * needs.
 */
export type Content = PageStarts | LoadedImage | LoadedPatches;

export interface PageStarts {
  readonly kind: 'page starts';
  readonly code: CodeTemplate;
}

/** Images of functions, one of which is copied in each load. */
export interface LoadedImage {
  readonly kind: 'image';
  /** Address of a record for each source: see `recordFields`. */
  readonly records: number;
  /** Sources, a power of 2. */
  readonly sources: number;
  /** Bytes of an image. */
  readonly length: number;
  /** Functions that are called in each load, and the bytes from one to the next. */
  readonly calls: number;
  readonly stride: number;
  /** Functions of the image, of which a result decides which is called next; absent: `stride` does. */
  readonly chained?: number;
  /** What is fixed up after the copy; without it the image runs anywhere. */
  readonly relocations?: Relocations;
}

/**
 * What a load fixes up. A table holds pairs of 32-bit words: the offset of the place, and of what it refers
 * to.
 */
export interface Relocations {
  /** Places of a 64-bit address of the image. */
  readonly absolute: Table;
  /** Places of a distance to another place of the image: 32 bits on x86-64, a branch's 26 bits on AArch64. */
  readonly relative: Table;
  /**
   * Places of a 64-bit address of a function of the embedder; the second word is an offset within `embedder`.
   */
  readonly links: Table;
  /** Address of the table of the embedder's functions. */
  readonly embedder: number;
  /**
   * Address of memory of an image's length, in which it is put together before it is written through a file.
   */
  readonly staging: number;
}

export interface Table {
  readonly address: number;
  readonly count: number;
}

/** Scattered places into which code is stored. */
export interface LoadedPatches {
  readonly kind: 'patches';
  readonly code: CodeTemplate;
  /** Address of the places' offsets, 32-bit words. */
  readonly sites: number;
  /** How many there are, a power of 2. */
  readonly siteCount: number;
  /** How many are stored to in each load. */
  readonly count: number;
  /**
   * A run is that of a thread which makes no patches: it calls one place after the other, and each has to
   * return a whole number, which may be an old one.
   */
  readonly isBystander?: boolean;
}

/** What a workload's loads need in the measured process, wherever it is put. */
export interface ContentImage {
  /** Bytes that are read and run, and not written; 0 where nothing is needed. */
  readonly length: number;
  /** Bytes to be written that each process needs for itself. */
  readonly staging: number;
  /** What lies at `base`, a page start, and what loops need to know of it. */
  readonly at: (base: number, staging: number) => { readonly bytes: Uint8Array; readonly content: Content };
}

/** Binary logarithm of the bytes of a source's record, and offsets of its 64-bit words. */
export const recordShift = 5;
export const recordFields = {
  /** Address of the image. */
  image: 0,
  /** Offset of the function that is called first. */
  first: 8,
  /** What the last called function returns. */
  expected: 16,
} as const;

/**
 * 32 bits that look random, of a number: the finalizer of MurmurHash3 (Appleby, public domain). Printed as C,
 * too.
 */
export function hash32(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** What separates the two halves of a function's constant. */
export const highHalf = 0x9e3779b9;

/** The odd 64-bit constant of a function, as its lower and upper half. */
export function constantHalves(number: number): [low: number, high: number] {
  return [(hash32(number) | 1) >>> 0, hash32((number ^ highHalf) >>> 0)];
}
