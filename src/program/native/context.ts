import type { MeasuredProcess, Region } from '../../target/measured-process.ts';

/**
 * The block of memory through which the host and the generated loop talk: 64-bit words, in this order, then
 * the sums of an instrumented loop, then the program's values, as many times as it is set up.
 */
const fields = [
  /** In: iterations to run. */
  'iterations',
  /** Out: iterations that were left when the loop ended; 0 unless a step failed. */
  'remaining',
  'startSeconds',
  'startNanoseconds',
  'endSeconds',
  'endNanoseconds',
  /** Out: number of the step that failed, 0 for none. */
  'failedStep',
  /** Out: the failed step's errno. */
  'errno',
  /** In: added to the iterations left, it is the number of the iteration, which no other has. */
  'stampBase',
  /** Out: checked results that were not those of the code that was loaded. */
  'stale',
  /** Out: results that were checked. */
  'executed',
  /** Out: the cycle counter at the loop's begin and end, in an instrumented loop. */
  'startTicks',
  'endTicks',
  /** The cycle counter when the current interval began. */
  'intervalStart',
  /** In: the address of the next entry of the trace, a 64-bit word an interval. */
  'tracePosition',
  /** The state of the generator of random numbers, never 0. */
  'random',
  /** What the next checked result should be. */
  'expected',
  /** In its upper half the landing pad before the code, if it needs one. */
  'pad',
  /** Code on its way to pwrite. */
  'word',
  /** A struct mapbench_module (examples/allocators/mapbench.h), and what its function needs behind it. */
  'moduleBytes',
  'moduleWrite',
  'moduleContext',
  'moduleNumber',
  /** Out: faults that a handler has answered with a load. */
  'handled',
] as const;

export type ContextField = (typeof fields)[number];

const wordBytes = 8;

/** Offset in bytes within its page, away from the page starts that modules write to. */
const pageOffset = 2048;

/** What a context block has room for beside its fields. */
export interface ContextSize {
  /** Values of the program. */
  readonly slots: number;
  /** Sums of an instrumented loop. */
  readonly sums: number;
  /** How often the program is set up. */
  readonly instances: number;
}

/** Offset in bytes of a field. */
export function fieldOffset(field: ContextField): number {
  return fields.indexOf(field) * wordBytes;
}

/** The field at an offset in bytes; undefined where none is. */
export function fieldAt(offset: number): ContextField | undefined {
  return offset % wordBytes === 0 ? fields[offset / wordBytes] : undefined;
}

/** Offset in bytes of a sum of an instrumented loop. */
export function sumOffset(index: number): number {
  return (fields.length + index) * wordBytes;
}

/** Offset in bytes of the first instance's values. */
export function valuesOffset({ sums }: Pick<ContextSize, 'sums'>): number {
  return sumOffset(sums);
}

/** Offset in bytes of a value among its instance's. */
export function slotOffset(slot: number): number {
  return slot * wordBytes;
}

/** Binary logarithm of the bytes from one instance's values to the next one's. */
export function instanceShift({ slots }: Pick<ContextSize, 'slots'>): number {
  return Math.ceil(Math.log2(Math.max(1, slots) * wordBytes));
}

/** What a value is before its step has run. */
export const unset = -1n;

/** The context block of one running program, in the measured process's memory. */
export class Context implements Disposable {
  /** In the measured process. */
  readonly address: number;
  readonly size: ContextSize;
  /** The sums of an instrumented loop. */
  readonly sums: BigInt64Array;
  readonly #region: Region;
  readonly #fields: BigInt64Array;

  constructor(target: MeasuredProcess, size: ContextSize) {
    const bytes = valuesOffset(size) + size.instances * 2 ** instanceShift(size);
    const region = target.allocate(pageOffset + bytes);
    this.#region = region;
    this.address = region.address + pageOffset;
    this.size = size;
    this.#fields = this.#words(0, fields.length);
    this.sums = this.#words(sumOffset(0), size.sums);
    this.#words(valuesOffset(size), (size.instances * 2 ** instanceShift(size)) / wordBytes).fill(unset);
    this.set('random', 1 + Math.floor(Math.random() * 2 ** 48));
  }

  #words(offset: number, length: number): BigInt64Array {
    const { buffer, byteOffset } = this.#region.bytes;
    return new BigInt64Array(buffer, byteOffset + pageOffset + offset, length);
  }

  /** The values of one instance of the program, by slot. */
  values(instance: number): BigInt64Array {
    return this.#words(valuesOffset(this.size) + this.instanceOffset(instance), this.size.slots);
  }

  /** Bytes from the first instance's values to another one's. */
  instanceOffset(instance: number): number {
    return instance * 2 ** instanceShift(this.size);
  }

  /** Where a field lies in the measured process. */
  fieldAddress(field: ContextField): number {
    return this.address + fieldOffset(field);
  }

  /** Where a value of an instance lies in the measured process. */
  slotAddress(instance: number, slot: number): number {
    return this.address + valuesOffset(this.size) + this.instanceOffset(instance) + slotOffset(slot);
  }

  get(field: ContextField): number {
    return Number(this.#fields[fields.indexOf(field)]);
  }

  set(field: ContextField, value: number): void {
    this.#fields[fields.indexOf(field)] = BigInt(value);
  }

  /** Clears what the last batch has left. */
  startBatch(): void {
    for (const field of ['failedStep', 'executed', 'stale', 'handled'] as const) this.set(field, 0);
  }

  /**
   * Makes the next batch's iterations follow on, so that none has a number that the module may still hold.
   */
  endBatch(iterations: number): void {
    this.set('stampBase', this.get('stampBase') + iterations);
  }

  /** Nanoseconds between the loop's two clock readings. */
  elapsed(): number {
    const seconds = this.get('endSeconds') - this.get('startSeconds');
    return seconds * 1e9 + this.get('endNanoseconds') - this.get('startNanoseconds');
  }

  [Symbol.dispose](): void {
    this.#region[Symbol.dispose]();
  }
}

/**
 * The block of memory through which the host and a thread of a team talk: 64-bit words, in this order. Times
 * by CLOCK_MONOTONIC.
 */
const threadFields = [
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
  /**
   * In: 1 where the thread sleeps until the first block's `go`, a futex word, is 1; else it looks until all
   * have arrived.
   */
  'sleeps',
  'go',
  /** Out: batches that were run. */
  'batches',
  /** Out, nanoseconds: when the first batch began and the last one ended. */
  'startedAt',
  'finishedAt',
  /** The struct timespec of the last reading of the clock. In: until when the thread sleeps after `go`. */
  'seconds',
  'nanoseconds',
  /** In: the end of its stack. */
  'stack',
  /** The thread's id, 0 once it has ended: the kernel clears it, and wakes who waits there. */
  'id',
] as const;

export type ThreadField = (typeof threadFields)[number];

/**
 * Bytes from one thread's block to the next one's: no two share a cache line, nor a pair of lines that is
 * fetched together.
 */
export const threadStride = 4096;

/** Offset in bytes of a field. */
export function threadFieldOffset(field: ThreadField): number {
  return threadFields.indexOf(field) * wordBytes;
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
