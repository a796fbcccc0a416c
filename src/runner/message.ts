import type { Case } from './case.ts';

/** What a child is asked to do, as JSON in its first argument. */
export interface Job {
  readonly case: Case;
  /** Milliseconds of samples; 0 = only try one iteration. */
  readonly time: number;
}

/** What a fork measured. */
export interface ForkReport {
  readonly pid: number;
  readonly cpu: number;
  /** Iterations in each sample (K). */
  readonly iterationsPerSample: number;
  /** Nanoseconds an iteration, in the order in which they were taken. */
  readonly samples: readonly number[];
  /** Addresses of the mappings in the last iteration, hexadecimal. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Faults of the measuring thread while it ran the samples, and the iterations that they are spread over. */
  readonly minorFaults: number;
  readonly majorFaults: number;
  readonly iterations: number;
}

/** What became of a fork. The reasons are sentences without the strategy's name. */
export type Outcome =
  | { readonly kind: 'measured'; readonly fork: ForkReport }
  /** One iteration was tried and ran. */
  | { readonly kind: 'available' }
  /** The first iteration was refused: this host cannot run the strategy. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };
