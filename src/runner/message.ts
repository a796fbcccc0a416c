import type { Case } from './case.ts';

/** What a child is asked to do, as JSON in its first argument. */
export interface Job {
  /** One, or two whose batches alternate in one process. */
  readonly cases: readonly Case[];
  /** Milliseconds of samples of each case; 0 = only try one iteration. */
  readonly time: number;
}

/** What a fork measured of one case. */
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
  /** The forks are those of the job's cases, in their order; samples of one index were taken side by side. */
  | { readonly kind: 'measured'; readonly forks: readonly ForkReport[] }
  /** One iteration was tried and ran. */
  | { readonly kind: 'available' }
  /** The first iteration of a case was refused: this host cannot run the strategy. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly caseIndex: number }
  | { readonly kind: 'failed'; readonly reason: string; readonly caseIndex?: number };
