import { median } from './quantile.ts';
import { normalCumulative } from './student.ts';

/** A trend over the forks of a case, in the order in which they were measured. */
export interface Drift {
  /** From the first fork to the last, as a share of the median; 0.05 is 5 % slower at the end. */
  readonly change: number;
  /** Two-sided, of no trend. */
  readonly p: number;
}

/** Values below which the normal approximation of Kendall's statistic is poor. */
const leastValues = 8;

/**
 * Looks for a trend in a series: the Mann-Kendall test (Mann, "Nonparametric tests against trend", Econometrica 13, 1945,
 * with continuity correction; ties make it more cautious) and the slope of Sen ("Estimates of the regression
 * coefficient based on Kendall's tau", JASA 63, 1968), the median of the slopes of all pairs. Undefined for less than
 * eight values.
 */
export function driftOf(values: readonly number[]): Drift | undefined {
  const n = values.length;
  if (n < leastValues) return undefined;
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
