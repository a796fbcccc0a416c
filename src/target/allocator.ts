import type { Region } from './measured-process.ts';

/** Memory that is handed out in whole pages. */
export interface Chunk {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** Hands out memory from chunks, and again once it was given back. */
export class Allocator {
  readonly #pageSize: number;
  /** By length. */
  readonly #free = new Map<number, Chunk[]>();
  #rest: Chunk;

  constructor(first: Chunk, pageSize: number) {
    this.#rest = first;
    this.#pageSize = pageSize;
  }

  /**
   * Memory of at least so many bytes, zeroed unless it need not be; undefined where a further chunk has to be
   * added first.
   */
  allocate(bytes: number, isZeroed = true): Region | undefined {
    const length = Math.ceil(bytes / this.#pageSize) * this.#pageSize;
    const chunk = this.#free.get(length)?.pop() ?? this.#take(length);
    if (chunk === undefined) return undefined;
    if (isZeroed) chunk.bytes.fill(0);
    const giveBack = () => {
      this.#free.set(length, [...(this.#free.get(length) ?? []), chunk]);
    };
    return { ...chunk, [Symbol.dispose]: giveBack };
  }

  /** Adds memory from which is taken from now on. */
  add(chunk: Chunk): void {
    this.#rest = chunk;
  }

  #take(length: number): Chunk | undefined {
    const { address, bytes } = this.#rest;
    if (bytes.length < length) return undefined;
    this.#rest = { address: address + length, bytes: bytes.subarray(length) };
    return { address, bytes: bytes.subarray(0, length) };
  }
}
