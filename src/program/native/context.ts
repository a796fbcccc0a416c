import { MAP, PROT } from '../../system/constants.ts';
import { callLibc, memoryView } from '../../system/libc.ts';

/**
 * The block of memory through which JavaScript and the generated loop talk: 64-bit words, in this order,
 * followed by the program's values.
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
  /** In: added to the iterations left, it is the stamp that the workload's code carries. */
  'stampBase',
  /** Out: calls that returned something else than their stamp. */
  'stale',
  /** Out: stamped calls made. */
  'executed',
  /** Out: the cycle counter at the loop's begin and end, in an instrumented loop. */
  'startTicks',
  'endTicks',
  /** The cycle counter when the current interval began. */
  'intervalStart',
  /** In: the address of the next entry of the trace, a 64-bit word an interval. */
  'tracePosition',
  /** The state of the generator of random addresses, never 0. */
  'random',
] as const;

export type ContextField = (typeof fields)[number];

const wordBytes = 8;

/** Offset in bytes within its page, away from the page starts that modules write to (src/program/native/load.ts). */
const pageOffset = 2048;

/** Offset in bytes of a field. */
export function fieldOffset(field: ContextField): number {
  return fields.indexOf(field) * wordBytes;
}

/** Offset in bytes of a program's value. */
export function slotOffset(slot: number): number {
  return (fields.length + slot) * wordBytes;
}

/** The context block of one running program, in memory of its own. */
export class Context {
  readonly address: number;
  /** The program's values, by slot. */
  readonly slots: BigInt64Array;
  readonly #fields: BigInt64Array;

  constructor(slots: number) {
    const length = pageOffset + slotOffset(slots);
    const prot = PROT.PROT_READ | PROT.PROT_WRITE;
    const start = callLibc('mmap', 0, length, prot, MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS, -1, 0);
    this.address = start + pageOffset;
    const memory = memoryView(this.address, slotOffset(slots));
    this.#fields = new BigInt64Array(memory, 0, fields.length);
    this.slots = new BigInt64Array(memory, slotOffset(0), slots);
    this.set('random', 1 + Math.floor(Math.random() * 2 ** 48));
  }

  get(field: ContextField): number {
    return Number(this.#fields[fields.indexOf(field)]);
  }

  set(field: ContextField, value: number): void {
    this.#fields[fields.indexOf(field)] = BigInt(value);
  }

  /** Clears what the last batch has left. */
  startBatch(): void {
    for (const field of ['failedStep', 'executed', 'stale'] as const) this.set(field, 0);
  }

  /** Makes the next batch's stamps follow on, so that none is one that the module may still hold. */
  endBatch(iterations: number): void {
    this.set('stampBase', this.get('stampBase') + iterations);
  }

  /** Nanoseconds between the loop's two clock readings. */
  elapsed(): number {
    const seconds = this.get('endSeconds') - this.get('startSeconds');
    return seconds * 1e9 + this.get('endNanoseconds') - this.get('startNanoseconds');
  }
}
