/**
 * What a loop's readings of the cycle counter are for: `phases` sums the ticks of every step, `latency` keeps
 * those of every iteration. Both also read twice in a row, which tells what a reading itself takes.
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

/** Bytes of the trace of so many iterations. */
export function traceBytes(iterations: number): number {
  return iterations * traceWordsPerIteration * 8;
}
