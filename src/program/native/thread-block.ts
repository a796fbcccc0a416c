import { MAP, PROT } from '../../system/constants.ts';
import { callLibc, memoryView } from '../../system/libc.ts';

/** The block of memory through which JavaScript and a thread of a team talk: 64-bit words, in this order. Times by CLOCK_MONOTONIC. */
const fields = [
  /** In: address of the loop's code, and of its context. */
  'loop',
  'context',
  /** In: address of the first thread's block, and how many threads there are. */
  'first',
  'threads',
  /** In, nanoseconds: after so long no further batch is begun. */
  'duration',
  /** Out: 1 once the thread runs and waits for the others. */
  'arrived',
  /** Out: batches that were run. */
  'batches',
  /** Out, nanoseconds: when the first batch began and the last one ended. */
  'startedAt',
  'finishedAt',
  /** The struct timespec of the last reading of the clock. */
  'seconds',
  'nanoseconds',
] as const;

export type ThreadField = (typeof fields)[number];

const wordBytes = 8;

/** Bytes from one thread's block to the next one's: no two share a cache line, nor a pair of lines that is fetched together. */
export const threadStride = 4096;

/** Offset in bytes of a field. */
export function threadFieldOffset(field: ThreadField): number {
  return fields.indexOf(field) * wordBytes;
}

/** Blocks for so many threads, which are unmapped with `release`. */
export class ThreadBlocks {
  readonly #address: number;
  readonly #length: number;
  readonly #words: BigInt64Array;

  constructor(threads: number) {
    this.#length = threads * threadStride;
    const flags = MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS;
    this.#address = callLibc('mmap', 0, this.#length, PROT.PROT_READ | PROT.PROT_WRITE, flags, -1, 0);
    this.#words = new BigInt64Array(memoryView(this.#address, this.#length));
  }

  addressOf(thread: number): number {
    return this.#address + thread * threadStride;
  }

  get(thread: number, field: ThreadField): number {
    return Number(this.#words[this.#indexOf(thread, field)]);
  }

  set(thread: number, field: ThreadField, value: number): void {
    this.#words[this.#indexOf(thread, field)] = BigInt(value);
  }

  /** No block can be used any more. */
  release(): void {
    callLibc('munmap', this.#address, this.#length);
  }

  #indexOf(thread: number, field: ThreadField): number {
    return (thread * threadStride + threadFieldOffset(field)) / wordBytes;
  }
}
