import { median, quantileOfSorted, sorted } from './quantile.ts';
import { createRandom, type Random } from './random.ts';
import { normalCumulative, studentQuantile } from './student.ts';

/** What is known of a quantity, in the unit of the samples. */
export interface IntervalEstimate {
  readonly point: number;
  /** Bounds of the confidence interval. */
  readonly low: number;
  readonly high: number;
  /** The share of intervals like this one that hold the true value, in (0, 1). */
  readonly confidence: number;
}

/** How an estimate is made. */
export interface EstimateOptions {
  /** The same seed and samples give the same interval. */
  readonly seed?: number;
  readonly resamples?: number;
  readonly confidence?: number;
}

/**
 * Estimates the typical sample of several forks: the median of the forks' medians.
 *
 * Samples of one process share its address layout, so the fork is the unit: each bootstrap replicate draws forks with
 * replacement, then samples with replacement within each drawn fork (Kalibera and Jones, "Quantifying performance
 * changes with effect size confidence intervals", University of Kent, technical report 4-12, 2012; Davison and Hinkley,
 * "Bootstrap methods and their application", 1997, section 3.8). The interval is the expanded percentile interval
 * (Hesterberg, "What teachers should know about the bootstrap", The American Statistician 69(4), 2015): with few forks the
 * plain one is too narrow. One fork tells nothing of other processes: its
 * interval is that of its samples only. Forks without samples are passed over.
 */
export function estimateOf(
  forks: readonly (readonly number[])[],
  options: EstimateOptions = {},
): IntervalEstimate {
  const { seed = 1, resamples = 2000, confidence = 0.95 } = options;
  const measured = forks.filter((samples) => samples.length > 0).map(sorted);
  const point = median(measured.map((samples) => quantileOfSorted(samples, 0.5)));
  const replicates = bootstrap(measured, resamples, createRandom(seed)).sort();
  const tail = expandedTail((1 - confidence) / 2, measured.length);
  // A percentile interval need not hold its own estimate, if replicates are few.
  const low = Math.min(point, quantileOfSorted(replicates, tail));
  const high = Math.max(point, quantileOfSorted(replicates, 1 - tail));
  return { point, low, high, confidence };
}

/**
 * The tail of the replicates that is cut off for so many forks: the plain `tail`, made smaller as Student's t asks.
 * Hesterberg takes forks - 1 degrees of freedom, for means; a median's replicates are coarse, and with twice as many its
 * interval covers what it says (tests/statistics/coverage.test.ts).
 */
function expandedTail(tail: number, forks: number): number {
  if (forks < 2) return tail;
  return normalCumulative(-Math.sqrt(forks / (forks - 1)) * studentQuantile(1 - tail, 2 * (forks - 1)));
}

/** The bootstrap replicates of the estimate, in the order in which they were drawn. */
export function replicatesOf(
  forks: readonly (readonly number[])[],
  { seed = 1, resamples = 2000 }: Pick<EstimateOptions, 'seed' | 'resamples'> = {},
): Float64Array {
  const measured = forks.filter((samples) => samples.length > 0).map(sorted);
  return bootstrap(measured, resamples, createRandom(seed));
}

/** Medians of medians of resampled forks. */
function bootstrap(forks: readonly Float64Array[], resamples: number, random: Random): Float64Array {
  const draws = Math.max(...forks.map(({ length }) => length));
  const counts = new Uint32Array(draws);
  const medians = new Float64Array(forks.length);
  const replicates = new Float64Array(resamples);
  for (let replicate = 0; replicate < resamples; replicate++) {
    for (let fork = 0; fork < forks.length; fork++) {
      const drawn = forks[random.integer(forks.length)] as Float64Array;
      medians[fork] = resampledMedian(drawn, counts, random);
    }
    replicates[replicate] = quantileOfSorted(medians.sort(), 0.5);
  }
  return replicates;
}

/**
 * The median of as many draws with replacement as there are samples. The samples are in order, so counting how often
 * each is drawn sorts the draws. `counts` is room for the counts.
 */
function resampledMedian(samples: Float64Array, counts: Uint32Array, random: Random): number {
  const { length } = samples;
  counts.fill(0, 0, length);
  for (let draw = 0; draw < length; draw++) increment(counts, random.integer(length));
  let index = -1;
  let passed = 0;
  const advanceTo = (rank: number) => {
    while (passed <= rank) passed += counts[++index] as number;
    return samples[index] as number;
  };
  const low = advanceTo((length - 1) >> 1);
  const high = advanceTo(length >> 1);
  return low + (high - low) / 2;
}

function increment(counts: Uint32Array, index: number): void {
  counts[index] = (counts[index] as number) + 1;
}
