import { quantileOfSorted } from '../../statistics/quantile.ts';

/** What other harnesses tell of a sample, in its unit and by criterion's names. */
export interface Statistics {
  readonly mean: number;
  readonly median: number;
  readonly median_abs_dev: number;
  readonly std_dev: number;
}

/** Makes the median absolute deviation of a normal distribution its standard deviation. */
const normalConsistency = 1.4826;

/** The statistics of values in ascending order. The standard deviation (n - 1) of one value is 0. */
export function statisticsOf(values: Float64Array): Statistics {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const median = quantileOfSorted(values, 0.5);
  return {
    mean,
    median,
    median_abs_dev: normalConsistency * medianDeviation(values, median),
    std_dev: Math.sqrt(squares / Math.max(1, values.length - 1)),
  };
}

/**
 * The median of the distances to a centre. They grow to both sides of it, so the sides are merged up to the middle:
 * thousands of resamples are to be had in a second, which sorting does not give.
 */
function medianDeviation(values: Float64Array, center: number): number {
  let above = values.findIndex((value) => value >= center);
  let below = above - 1;
  const next = () => {
    const toBelow = below < 0 ? Number.POSITIVE_INFINITY : center - (values[below] as number);
    const toAbove = above === values.length ? Number.POSITIVE_INFINITY : (values[above] as number) - center;
    if (toBelow < toAbove) below--;
    else above++;
    return Math.min(toBelow, toAbove);
  };
  let [lower, upper] = [0, 0];
  for (let rank = 0; rank <= values.length >> 1; rank++) [lower, upper] = [upper, next()];
  return values.length % 2 === 1 ? upper : (lower + upper) / 2;
}
