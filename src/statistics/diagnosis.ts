import { mean, median } from './descriptive.ts';
import type { IntervalEstimate } from './estimate.ts';
import { createRandom } from './random.ts';
import { normalCumulative } from './student.ts';
import { outliersOf } from './tukey.ts';
import { splitVariance } from './variance.ts';

/** A trend over the forks of a case, in the order in which they were measured. */
export interface Drift {
  /** From the first fork to the last, as a fraction of the median; 0.05 is 5 % slower at the end. */
  readonly change: number;
  /** Two-sided, of no trend. */
  readonly p: number;
}

/** Values below which the normal approximation of Kendall's statistic is poor. */
const minForks = 8;

/**
 * Looks for a trend in a series: the Mann-Kendall test (Mann, "Nonparametric tests against trend",
 * Econometrica 13, 1945, with continuity correction; ties make it more cautious) and the slope of Sen
 * ("Estimates of the regression coefficient based on Kendall's tau", JASA 63, 1968), the median of the slopes
 * of all pairs. Undefined for less than eight values.
 */
export function driftOf(values: readonly number[]): Drift | undefined {
  const n = values.length;
  if (n < minForks) return undefined;
  let score = 0;
  const slopes: number[] = [];
  for (const [later, value] of values.entries()) {
    for (const [earlier, before] of values.slice(0, later).entries()) {
      score += Math.sign(value - before);
      slopes.push((value - before) / (later - earlier));
    }
  }
  const spread = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const z = Math.max(0, Math.abs(score) - 1) / spread;
  return {
    change: (median(slopes) * (n - 1)) / median(values),
    p: Math.min(1, 2 * (1 - normalCumulative(z))),
  };
}

/** Values that fall into two groups. */
export interface TwoModes {
  /** The medians of the groups, and how many values each has. */
  readonly low: number;
  readonly high: number;
  readonly inLow: number;
  readonly inHigh: number;
  /** How often normal values would fall apart as clearly. */
  readonly p: number;
}

/** Values below which two groups cannot be told from chance. */
const minValues = 8;

/** The least fraction of the values that makes a group; fewer are outliers. */
const minFraction = 0.15;

const simulations = 1000;

/**
 * Looks for two groups: the fraction of the sum of squares that the best split explains (Engelman and
 * Hartigan, "Percentage points of a test for clusters", JASA 64, 1969), its p-value by simulating normal
 * values from a fixed seed. Undefined for less than eight values.
 */
export function twoModesOf(values: readonly number[]): TwoModes | undefined {
  if (values.length < minValues) return undefined;
  const ordered = values.toSorted((a, b) => a - b);
  const { explained, inLow } = bestSplit(ordered);
  const random = createRandom(values.length);
  let asClear = 0;
  for (let simulation = 0; simulation < simulations; simulation++) {
    const drawn = values.map(() => random.normal()).sort((a, b) => a - b);
    if (bestSplit(drawn).explained >= explained) asClear++;
  }
  return {
    low: median(ordered.slice(0, inLow)),
    high: median(ordered.slice(inLow)),
    inLow,
    inHigh: values.length - inLow,
    p: (asClear + 1) / (simulations + 1),
  };
}

function bestSplit(ordered: readonly number[]): { explained: number; inLow: number } {
  const n = ordered.length;
  const least = Math.max(2, Math.ceil(n * minFraction));
  const center = mean(ordered);
  const total = ordered.reduce((sum, value) => sum + (value - center) ** 2, 0);
  let best = { explained: 0, inLow: least };
  let sumLow = 0;
  for (const [index, value] of ordered.entries()) {
    sumLow += value - center;
    const inLow = index + 1;
    if (inLow < least || n - inLow < least) continue;
    // The deviations of both groups sum to 0, so one sum gives the squares of both.
    const explained = (sumLow ** 2 * (1 / inLow + 1 / (n - inLow))) / total;
    if (explained > best.explained) best = { explained, inLow };
  }
  return best;
}

/** Something that a reader of an estimate should know. */
export type Finding =
  /**
   * The interval is wide. `halfWidth` is a fraction of the estimate; so many forks would make it
   * `wideInterval`.
   */
  | { readonly kind: 'wide'; readonly halfWidth: number; readonly forks: number; readonly because: Cause }
  | { readonly kind: 'drift'; readonly drift: Drift }
  | { readonly kind: 'modes'; readonly modes: TwoModes }
  /** Severe outliers, as a fraction of the samples. */
  | { readonly kind: 'outliers'; readonly fraction: number };

/** What widens an interval: processes that differ, or samples that do. */
type Cause = 'forks' | 'samples';

/** The half-width of an interval, as a fraction, from which on a reader is told. */
export const wideInterval = 0.05;

/** The chance of seeing a trend or two groups where there is none, for one case. */
const alpha = 0.002;

/** Trends, distances of groups and fractions of outliers that matter to nobody. */
const minDrift = 0.02;
const minDistance = 0.03;
const minSevere = 0.1;

/**
 * What is to be said of a case, from its forks in the order in which they were measured, and its estimate.
 */
export function diagnose(
  forks: readonly (readonly number[])[],
  { point, low, high }: Pick<IntervalEstimate, 'point' | 'low' | 'high'>,
): Finding[] {
  const measured = forks.filter(({ length }) => length > 0);
  const medians = measured.map(median);
  const findings: Finding[] = [];
  const halfWidth = (high - low) / 2 / point;
  if (halfWidth > wideInterval) {
    const needed = Math.ceil(measured.length * (halfWidth / wideInterval) ** 2);
    findings.push({ kind: 'wide', halfWidth, forks: needed, because: causeOf(measured) });
  }
  const drift = driftOf(medians);
  if (drift !== undefined && drift.p < alpha && Math.abs(drift.change) > minDrift)
    findings.push({ kind: 'drift', drift });
  const modes = twoModesOf(medians);
  if (modes !== undefined && modes.p < alpha && modes.high / modes.low - 1 > minDistance)
    findings.push({ kind: 'modes', modes });
  const { lowSevere, highSevere, samples } = outliersOf(measured);
  const fraction = (lowSevere + highSevere) / samples;
  if (fraction > minSevere) findings.push({ kind: 'outliers', fraction });
  return findings;
}

function causeOf(forks: readonly (readonly number[])[]): Cause {
  const split = splitVariance(forks);
  if (split === undefined) return 'forks';
  const samples = median(forks.map(({ length }) => length));
  return split.between ** 2 >= split.within ** 2 / samples ? 'forks' : 'samples';
}
