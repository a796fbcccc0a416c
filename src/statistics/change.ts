import { mean, median, variance } from './quantile.ts';
import { studentQuantile, studentTail } from './student.ts';
import { trimmedMean } from './trimmed.ts';

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
  /** A change up to this share is noise; 0.01 is 1 %. */
  readonly threshold: number;
  readonly confidence?: number;
}

/** Least forks on a side, below which no spread can be told. */
export const leastForks = 2;

/** The logarithms of the forks' medians: a comparison's data. */
export function logMedians(forks: readonly (readonly number[])[]): number[] {
  return forks.map((samples) => Math.log(median(samples)));
}

/**
 * Compares the forks of two runs. The fork is the unit: each gives the logarithm of its median, and the two groups are
 * compared by `differenceOfLogs`, as Kalibera and Jones advise for the top level of a hierarchy (ISMM 2013).
 */
export function differenceOfForks(
  old: readonly (readonly number[])[],
  now: readonly (readonly number[])[],
): LogDifference {
  return differenceOfLogs(logMedians(old), logMedians(now));
}

/**
 * Compares two groups of logarithms by Yuen's statistic: Welch's (Biometrika 34, 1947, with Satterthwaite's degrees of
 * freedom) of means without the lowest and highest fifth, because a machine that is slow now and then makes some forks
 * slow and the plain means of all of them blunt.
 */
export function differenceOfLogs(a: readonly number[], b: readonly number[]): LogDifference {
  if (a.length < leastForks || b.length < leastForks)
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
  if (differences.length < leastForks) throw new RangeError('at least two pairs are needed');
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
  /** Of a false alarm in one comparison, already divided by how many are made. */
  readonly alpha: number;
  /** Of finding the change; default 0.95. */
  readonly power?: number;
}

/**
 * The smallest true slowdown that such a comparison finds with the probability `power`: the threshold, the test's
 * critical distance and the distance that the estimate stays within (the usual sum of two quantiles, as in Cohen,
 * "Statistical power analysis", 1988, with Student's t for both).
 */
export function smallestVisible(
  { standardError, degrees }: LogDifference,
  threshold: number,
  { alpha, power = 0.95 }: Power,
): number {
  const quantiles = studentQuantile(1 - alpha / 2, degrees) + studentQuantile(power, degrees);
  return Math.expm1(Math.log1p(threshold) + quantiles * standardError);
}
