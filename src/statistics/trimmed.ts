import { mean, sorted, variance } from './quantile.ts';

/** A mean that a few values far off do not move. */
export interface TrimmedMean {
  readonly mean: number;
  /** The square of its standard error. */
  readonly squaredError: number;
  /** Of freedom, for Student's t. */
  readonly degrees: number;
  /** Standard deviation of the winsorized values: the spread of what is not far off. */
  readonly spread: number;
}

/** The share that is trimmed on either side: Wilcox's and Yuen's usual one. */
const trimmedShare = 0.2;

/** Values below which nothing is trimmed: too few would be left. */
const leastTrimmed = 10;

/**
 * The mean without the fifth of the values that is lowest and the fifth that is highest, with the standard error from
 * winsorized values (Tukey and McLaughlin, Sankhya A 25, 1963; Yuen, "The two-sample trimmed t for unequal population
 * variances", Biometrika 61, 1974). Of less than ten values it is the plain mean. Needs at least two values.
 */
export function trimmedMean(values: readonly number[]): TrimmedMean {
  const ordered = [...sorted(values)];
  const n = ordered.length;
  const cut = n < leastTrimmed ? 0 : Math.floor(trimmedShare * n);
  const left = n - 2 * cut;
  const [low, high] = [ordered[cut] as number, ordered[n - 1 - cut] as number];
  const winsorized = ordered.map((value) => Math.min(high, Math.max(low, value)));
  const spread = variance(winsorized);
  return {
    mean: mean(ordered.slice(cut, n - cut)),
    squaredError: ((n - 1) * spread) / (left * (left - 1)),
    degrees: left - 1,
    spread: Math.sqrt(spread),
  };
}
