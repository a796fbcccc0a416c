import { mean, median, sorted, variance } from './descriptive.ts';
import { studentQuantile, studentTail } from './student.ts';

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

/** The fraction that is trimmed on either side: Wilcox's and Yuen's usual one. */
const trimmedFraction = 0.2;

/** Values below which nothing is trimmed: too few would be left. */
const minTrimmed = 10;

/**
 * The mean without the fifth of the values that is lowest and the fifth that is highest, with the standard
 * error from winsorized values (Tukey and McLaughlin, Sankhya A 25, 1963; Yuen, "The two-sample trimmed t for
 * unequal population variances", Biometrika 61, 1974). Of less than ten values it is the plain mean. Needs at
 * least two values.
 */
export function trimmedMean(values: readonly number[]): TrimmedMean {
  const ordered = [...sorted(values)];
  const n = ordered.length;
  const cut = n < minTrimmed ? 0 : Math.floor(trimmedFraction * n);
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

/** A difference of two (trimmed) means of logarithms, with what is known of its spread. */
export interface LogDifference {
  /** ln(new / old). */
  readonly difference: number;
  readonly standardError: number;
  /** Of freedom, for Student's t. */
  readonly degrees: number;
}

/** A relative change; 0.05 is 5 % slower. */
export interface Change {
  readonly point: number;
  /** Bounds of the confidence interval. */
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
  /** Two-sided, of no change at all. */
  readonly p: number;
  /** Two-sided, of a change within the threshold. */
  readonly pBeyondThreshold: number;
}

/** How a change is judged. */
export interface ChangeOptions {
  /** A change up to this fraction is noise; 0.01 is 1 %. */
  readonly threshold: number;
  readonly confidence?: number;
}

/** Least forks on a side, below which no spread can be told. */
export const minForks = 2;

/** The logarithms of the forks' medians: a comparison's data. */
export function logMedians(forks: readonly (readonly number[])[]): number[] {
  return forks.map((samples) => Math.log(median(samples)));
}

/**
 * Compares the forks of two runs. The fork is the unit: each gives the logarithm of its median, and the two
 * groups are compared by `differenceOfLogs`, as Kalibera and Jones advise for the top level of a hierarchy
 * (ISMM 2013).
 */
export function differenceOfForks(
  old: readonly (readonly number[])[],
  now: readonly (readonly number[])[],
): LogDifference {
  return differenceOfLogs(logMedians(old), logMedians(now));
}

/**
 * Compares two groups of logarithms by Yuen's statistic: Welch's (Biometrika 34, 1947, with Satterthwaite's
 * degrees of freedom) of means without the lowest and highest fifth, because a machine that is slow now and
 * then makes some forks slow and the plain means of all of them blunt.
 */
export function differenceOfLogs(a: readonly number[], b: readonly number[]): LogDifference {
  if (a.length < minForks || b.length < minForks)
    throw new RangeError('at least two forks a side are needed');
  const [before, after] = [trimmedMean(a), trimmedMean(b)];
  const squares = before.squaredError + after.squaredError;
  const degrees =
    squares ** 2 / (before.squaredError ** 2 / before.degrees + after.squaredError ** 2 / after.degrees);
  return {
    difference: after.mean - before.mean,
    standardError: Math.sqrt(squares),
    degrees: Number.isFinite(degrees) ? degrees : before.degrees + after.degrees,
  };
}

/** The mean of paired differences (logarithms of ratios), one a block. */
export function differenceOfPairs(differences: readonly number[]): LogDifference {
  if (differences.length < minForks) throw new RangeError('at least two pairs are needed');
  return {
    difference: mean(differences),
    standardError: Math.sqrt(variance(differences) / differences.length),
    degrees: differences.length - 1,
  };
}

/** A difference as a relative change, with its interval and p-values. */
export function changeOf(difference: LogDifference, { threshold, confidence = 0.95 }: ChangeOptions): Change {
  const { difference: d, standardError, degrees } = difference;
  const half = studentQuantile(1 - (1 - confidence) / 2, degrees) * standardError;
  const beyond = Math.abs(d) - Math.log1p(threshold);
  return {
    point: Math.expm1(d),
    low: Math.expm1(d - half),
    high: Math.expm1(d + half),
    confidence,
    p: twoSided(Math.abs(d), standardError, degrees),
    pBeyondThreshold: beyond <= 0 ? 1 : twoSided(beyond, standardError, degrees),
  };
}

function twoSided(distance: number, standardError: number, degrees: number): number {
  if (standardError === 0) return distance === 0 ? 1 : 0;
  return Math.min(1, 2 * studentTail(distance / standardError, degrees));
}

/** How sure a change must be, and how surely a visible one must be found. */
export interface Power {
  /** Of a false positive in one comparison, already divided by how many are made. */
  readonly alpha: number;
  /** Of finding the change; default 0.95. */
  readonly power?: number;
}

/**
 * The smallest true slowdown that such a comparison finds with the probability `power`: the threshold, the
 * test's critical distance and the distance that the estimate stays within (the usual sum of two quantiles,
 * as in Cohen, "Statistical power analysis", 1988, with Student's t for both).
 */
export function minimumDetectable(
  { standardError, degrees }: LogDifference,
  threshold: number,
  { alpha, power = 0.95 }: Power,
): number {
  const quantiles = studentQuantile(1 - alpha / 2, degrees) + studentQuantile(power, degrees);
  return Math.expm1(Math.log1p(threshold) + quantiles * standardError);
}

/**
 * p-values corrected for as many tests (Holm, "A simple sequentially rejective multiple test procedure",
 * Scandinavian Journal of Statistics 6, 1979): rejecting those below alpha keeps the chance of any false
 * rejection at alpha.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues
    .map((_, index) => index)
    .sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  for (const [rank, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues[index] as number) * (pValues.length - rank)));
    adjusted[index] = largest;
  }
  return adjusted;
}
