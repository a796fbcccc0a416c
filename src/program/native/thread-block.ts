import type { MeasuredProcess, Region } from '../../target/measured-process.ts';

/** The block of memory through which the host and a thread of a team talk: 64-bit words, in this order. Times by CLOCK_MONOTONIC. */
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
  /** In: 1 where the thread sleeps until the first block's `go`, a futex word, is 1; else it looks until all have arrived. */
  'sleeps',
  'go',
  /** Out: batches that were run. */
  'batches',
  /** Out, nanoseconds: when the first batch began and the last one ended. */
  'startedAt',
  'finishedAt',
  /** The struct timespec of the last reading of the clock. */
  'seconds',
  'nanoseconds',
  /** In: the end of its stack. */
  'stack',
  /** The thread's id, 0 once it has ended: the kernel clears it, and wakes who waits there. */
  'id',
] as const;

export type ThreadField = (typeof fields)[number];

const wordBytes = 8;

/** Bytes from one thread's block to the next one's: no two share a cache line, nor a pair of lines that is fetched together. */
export const threadStride = 4096;

/** Offset in bytes of a field. */
export function threadFieldOffset(field: ThreadField): number {
  return fields.indexOf(field) * wordBytes;
}

/** Where a block holds the CPUs that its thread may run on, and how many bytes they take: 8,192 CPUs. */
export const cpuMask = { offset: 1024, bytes: 1024 } as const;

/** Bytes of a thread's stack. */
const stackBytes = 16 * 1024;

/** Blocks and stacks for so many threads, in the measured process's memory. */
export class ThreadBlocks implements Disposable {
  readonly #region: Region;
  readonly #words: BigInt64Array;

  constructor(target: MeasuredProcess, threads: number) {
    this.#region = target.allocate(threads * (threadStride + stackBytes));
    const { buffer, byteOffset } = this.#region.bytes;
    this.#words = new BigInt64Array(buffer, byteOffset, (threads * threadStride) / wordBytes);
    for (let thread = 0; thread < threads; thread++) {
      const stacks = this.#region.address + threads * threadStride;
      this.set(thread, 'stack', stacks + (thread + 1) * stackBytes);
    }
  }

  addressOf(thread: number): number {
    return this.#region.address + thread * threadStride;
  }

  /** In the measured process. */
  fieldAddress(thread: number, field: ThreadField): number {
    return this.addressOf(thread) + threadFieldOffset(field);
  }

  get(thread: number, field: ThreadField): number {
    return Number(this.#words[this.#indexOf(thread, field)]);
  }

  set(thread: number, field: ThreadField, value: number): void {
    this.#words[this.#indexOf(thread, field)] = BigInt(value);
  }

  /** The one CPU that a thread runs on. */
  setCpu(thread: number, cpu: number): void {
    const at = thread * threadStride + cpuMask.offset + (cpu >> 3);
    this.#region.bytes[at] = 1 << (cpu & 7);
  }

  [Symbol.dispose](): void {
    this.#region[Symbol.dispose]();
  }

  #indexOf(thread: number, field: ThreadField): number {
    return (thread * threadStride + threadFieldOffset(field)) / wordBytes;
  }
}
