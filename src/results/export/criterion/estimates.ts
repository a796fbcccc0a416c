import { quantileOfSorted, sorted } from '../../../statistics/quantile.ts';
import { createRandom } from '../../../statistics/random.ts';
import type { MeasuredCase } from '../../document.ts';
import { type Statistics, statisticsOf } from '../sample-statistics.ts';
import { poolOf, resample } from './resample.ts';

/** An estimate of criterion's estimates.json, in nanoseconds an iteration. */
interface CriterionEstimate {
  readonly confidence_interval: {
    readonly confidence_level: number;
    readonly lower_bound: number;
    readonly upper_bound: number;
  };
  readonly point_estimate: number;
  /** The standard deviation of the statistic over the resamples. */
  readonly standard_error: number;
}

/** criterion's estimates.json. There is no slope: it takes samples of different lengths. */
export type CriterionEstimates = Readonly<Record<keyof Statistics, CriterionEstimate>> & {
  readonly slope: null;
};

const resamples = 1000;

/**
 * Estimates from the samples of all forks, with percentile intervals of a bootstrap that draws forks, then samples in
 * them, as the document's estimate does (criterion itself draws samples as if they were independent). The median and
 * its interval are the document's own: the median of the forks' medians.
 */
export function criterionEstimates({ forks, estimate }: MeasuredCase, seed: number): CriterionEstimates {
  const pool = poolOf(forks.map(({ samples }) => samples));
  const random = createRandom(seed);
  const points = statisticsOf(pool.samples);
  const replicates = Array.from({ length: resamples }, () => statisticsOf(resample(pool, random)));
  const { point, low, high, confidence } = estimate;
  const level = confidence ?? 0.95;
  const estimateOf = (name: keyof Statistics, known = points[name]) =>
    withInterval(
      known,
      replicates.map((replicate) => replicate[name]),
      level,
    );
  const median = estimateOf('median', point);
  return {
    mean: estimateOf('mean'),
    median:
      low === null || high === null ? median : { ...median, confidence_interval: bounds(level, low, high) },
    median_abs_dev: estimateOf('median_abs_dev'),
    slope: null,
    std_dev: estimateOf('std_dev'),
  };
}

function withInterval(point: number, replicates: readonly number[], level: number): CriterionEstimate {
  const ascending = sorted(replicates);
  const tail = (1 - level) / 2;
  // A percentile interval need not hold its own estimate.
  const low = Math.min(point, quantileOfSorted(ascending, tail));
  const high = Math.max(point, quantileOfSorted(ascending, 1 - tail));
  return {
    confidence_interval: bounds(level, low, high),
    point_estimate: point,
    standard_error: statisticsOf(ascending).std_dev,
  };
}

function bounds(confidence_level: number, lower_bound: number, upper_bound: number) {
  return { confidence_level, lower_bound, upper_bound };
}
