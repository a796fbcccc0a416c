import { MAP, PROT } from '../../system/constants.ts';
import { callLibc, memoryView } from '../../system/libc.ts';

/**
 * What a loop's readings of the cycle counter are for: `phases` sums the ticks of every step, `latency` keeps those of
 * every iteration. Both also read twice in a row, which tells what a reading itself takes.
 */
export type Instrument = 'phases' | 'latency';

/** Sums that an instrumented loop keeps: one for every step, and one for the empty interval. */
export function sumsFor(instrument: Instrument | undefined, steps: number): number {
  return instrument === 'phases' ? steps + 1 : 0;
}

/** Words of the trace that an iteration takes: its own interval, and an empty one. */
export const traceWordsPerIteration = 2;

/** What an instrumented batch says, in nanoseconds. */
export interface PhaseReading {
  /** Of each step, over the whole batch; a reading of the counter is still in each. */
  readonly steps: readonly number[];
  /** Of the empty intervals: as many readings as the batch had iterations. */
  readonly empty: number;
}

/** The intervals of each iteration of a batch, in nanoseconds. */
export interface Trace {
  readonly iterations: Float64Array;
  /** The empty interval behind each. */
  readonly empty: Float64Array;
}

/** Memory for the trace of so many iterations, touched already: the loop takes no faults on it. */
export class TraceMemory {
  readonly address: number;
  readonly words: BigUint64Array;

  constructor(iterations: number) {
    const length = iterations * traceWordsPerIteration * 8;
    const prot = PROT.PROT_READ | PROT.PROT_WRITE;
    this.address = callLibc('mmap', 0, length, prot, MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS, -1, 0);
    this.words = new BigUint64Array(memoryView(this.address, length));
    this.words.fill(0n);
  }
}
