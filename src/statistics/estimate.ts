import { quantileOfSorted, sorted } from './descriptive.ts';
import { createRandom, type Random } from './random.ts';
import { normalCumulative, studentQuantile } from './student.ts';

/** What is known of a quantity, in the unit of the samples. */
export interface IntervalEstimate {
  readonly point: number;
  /** Bounds of the confidence interval. */
  readonly low: number;
  readonly high: number;
  /** The fraction of intervals like this one that hold the true value, in (0, 1). */
  readonly confidence: number;
}

/** What is estimated: the median of the forks' medians, or the mean of their means. */
export type Statistic = 'median' | 'mean';

/** How an estimate is made. */
export interface EstimateOptions {
  /** Default: the median. */
  readonly statistic?: Statistic;
  /** The same seed and samples give the same interval. */
  readonly seed?: number;
  readonly resamples?: number;
  readonly confidence?: number;
}

/** A statistic of sorted values, its counterpart for a resampled fork, and how its interval is expanded. */
interface Estimator {
  of(sorted: Float64Array): number;
  ofResampled(samples: Float64Array, counts: Uint32Array, random: Random): number;
  /**
   * Degrees of freedom for each fork but one. Hesterberg takes one, for means; a median's replicates are
   * coarse, and with twice as many its interval covers what it says (tests/statistics/coverage.test.ts).
   */
  readonly degreesPerFork: number;
}

const estimators: Readonly<Record<Statistic, Estimator>> = {
  median: {
    of: (values) => quantileOfSorted(values, 0.5),
    ofResampled: resampledMedian,
    degreesPerFork: 2,
  },
  mean: { of: meanOf, ofResampled: resampledMean, degreesPerFork: 1 },
};

/**
 * Estimates the typical sample of several forks.
 *
 * Samples of one process share its address layout, so the fork is the unit: each bootstrap replicate draws
 * forks with replacement, then samples with replacement within each drawn fork (Kalibera and Jones,
 * "Quantifying performance changes with effect size confidence intervals", University of Kent, technical
 * report 4-12, 2012; Davison and Hinkley, "Bootstrap methods and their application", 1997, section 3.8). The
 * interval is the expanded percentile interval (Hesterberg, "What teachers should know about the bootstrap",
 * The American Statistician 69(4), 2015): with few forks the plain one is too narrow. One fork tells nothing
 * of other processes: its interval is that of its samples only. Forks without samples are passed over.
 */
export function estimateOf(
  forks: readonly (readonly number[])[],
  options: EstimateOptions = {},
): IntervalEstimate {
  const { statistic = 'median', seed = 1, resamples = 2000, confidence = 0.95 } = options;
  const estimator = estimators[statistic];
  const measured = inCanonicalOrder(forks);
  const point = estimator.of(sorted(measured.map((samples) => estimator.of(samples))));
  const replicates = bootstrap(measured, estimator, resamples, createRandom(seed));
  return expandedInterval(point, replicates, { confidence, forks: measured.length, statistic });
}

/**
 * The interval of `estimateOf` from replicates that are there, as those of `replicatesOf`, of so many forks.
 */
export function expandedInterval(
  point: number,
  replicates: Float64Array,
  {
    confidence,
    forks,
    statistic = 'median',
  }: { readonly confidence: number; readonly forks: number; readonly statistic?: Statistic },
): IntervalEstimate {
  const sortedReplicates = replicates.toSorted();
  const tail = expandedTail((1 - confidence) / 2, forks, estimators[statistic].degreesPerFork);
  // A percentile interval need not hold its own estimate, if replicates are few.
  const low = Math.min(point, quantileOfSorted(sortedReplicates, tail));
  const high = Math.max(point, quantileOfSorted(sortedReplicates, 1 - tail));
  return { point, low, high, confidence };
}

/**
 * The tail of the replicates that is cut off for so many forks: the plain `tail`, made smaller as Student's t
 * asks.
 */
function expandedTail(tail: number, forks: number, degreesPerFork: number): number {
  if (forks < 2) return tail;
  const t = studentQuantile(1 - tail, degreesPerFork * (forks - 1));
  return normalCumulative(-Math.sqrt(forks / (forks - 1)) * t);
}

/** The bootstrap replicates of the median, in the order in which they were drawn. */
export function replicatesOf(
  forks: readonly (readonly number[])[],
  { seed = 1, resamples = 2000 }: Pick<EstimateOptions, 'seed' | 'resamples'> = {},
): Float64Array {
  const measured = inCanonicalOrder(forks);
  return bootstrap(measured, estimators.median, resamples, createRandom(seed));
}

/** The samples of each fork sorted, and the forks too, so that their order decides nothing. */
function inCanonicalOrder(forks: readonly (readonly number[])[]): Float64Array[] {
  const measured = forks.filter((samples) => samples.length > 0).map(sorted);
  return measured.sort((a, b) => {
    const differs = a.findIndex((value, index) => value !== b[index]);
    return differs === -1 ? a.length - b.length : (a[differs] as number) - (b[differs] ?? 0);
  });
}

/** The statistic of resampled forks. */
function bootstrap(
  forks: readonly Float64Array[],
  estimator: Estimator,
  resamples: number,
  random: Random,
): Float64Array {
  const draws = Math.max(...forks.map(({ length }) => length));
  const counts = new Uint32Array(draws);
  const values = new Float64Array(forks.length);
  const replicates = new Float64Array(resamples);
  for (let replicate = 0; replicate < resamples; replicate++) {
    for (let fork = 0; fork < forks.length; fork++) {
      const drawn = forks[random.integer(forks.length)] as Float64Array;
      values[fork] = estimator.ofResampled(drawn, counts, random);
    }
    replicates[replicate] = estimator.of(values.sort());
  }
  return replicates;
}

function meanOf(values: Float64Array): number {
  if (values.length === 0) throw new RangeError('no values');
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The mean of as many draws with replacement as there are samples. */
function resampledMean(samples: Float64Array, _counts: Uint32Array, random: Random): number {
  let sum = 0;
  for (let draw = 0; draw < samples.length; draw++) sum += samples[random.integer(samples.length)] as number;
  return sum / samples.length;
}

/**
 * The median of as many draws with replacement as there are samples. The samples are in order, so counting
 * how often each is drawn sorts the draws. `counts` is room for the counts.
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
