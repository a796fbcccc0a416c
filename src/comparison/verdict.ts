import type { CostUnit } from '../format/numbers.ts';
import { type Change, type LogDifference, minimumDetectable } from '../statistics/change.ts';

/**
 * What a comparison says of a case. `unchanged`: no change larger than the interval reaches, which is within
 * the margin. `inconclusive`: neither a change nor its absence is shown.
 */
export type Verdict = 'regressed' | 'improved' | 'unchanged' | 'inconclusive';

/** What was compared: one run a side by its forks, or runs, of which each is one value. */
export type InferenceUnit = 'fork' | 'run';

/** A change that an interval must exclude for a case to count as unchanged, as a fraction. */
export const defaultMargin: Readonly<Record<CostUnit, number>> = {
  'ns/iter': 0.05,
  'instructions/iter': 0.01,
};

/** The verdict on a change of which it is known whether it is beyond its threshold. */
export function verdictOf(change: Change, isBeyond: boolean, margin: number): Verdict {
  if (isBeyond) return change.point > 0 ? 'regressed' : 'improved';
  return largestOf(change) <= margin ? 'unchanged' : 'inconclusive';
}

/** The largest change, as a fraction, that an interval does not exclude. */
export function largestOf({ low, high }: Pick<Change, 'low' | 'high'>): number {
  return Math.max(Math.abs(low), Math.abs(high));
}

/** Whether a slowdown of a size, as a fraction, may be there; of a regression it is known. */
export function isOpenTo(
  { verdict, change }: { readonly verdict: Verdict; readonly change: Change },
  size: number,
): boolean {
  return verdict === 'inconclusive' && change.high > size;
}

/** What a side would have to measure for a change of a size to be found. */
export interface Needed {
  readonly unit: InferenceUnit;
  /** Runs or forks a side. */
  readonly count: number;
  /** The change that they would show, as a fraction. */
  readonly effect: number;
  /** Of measuring both sides anew, where it is known how long a run takes. */
  readonly seconds?: number;
}

/** How a comparison that is inconclusive was made. */
export interface Inconclusive {
  readonly unit: InferenceUnit;
  readonly difference: LogDifference;
  /** Runs or forks of either side. */
  readonly counts: { readonly old: number; readonly now: number };
  readonly threshold: number;
  readonly alpha: number;
  /** Seconds of a run, if it is known. */
  readonly secondsPerRun: number | undefined;
}

/** More runs or forks than these are no plan. */
const most = 1000;

/**
 * What it would take for the minimum detectable effect to be `effect`, if runs or forks vary, and remember,
 * as they did; undefined where no plan that can be carried out would do.
 */
export function neededFor(effect: number, made: Inconclusive): Needed | undefined {
  const { unit, difference, counts, threshold, alpha, secondsPerRun } = made;
  const spread = difference.standardError / Math.sqrt(1 / counts.old + 1 / counts.now);
  for (let count = 2; count <= most; count++) {
    const planned = { difference: 0, standardError: spread * Math.sqrt(2 / count), degrees: 2 * count - 2 };
    if (minimumDetectable(planned, threshold, { alpha }) > effect) continue;
    const runs = unit === 'run' ? count : count / Math.min(counts.old, counts.now);
    const seconds = secondsPerRun === undefined ? {} : { seconds: 2 * runs * secondsPerRun };
    return { unit, count, effect, ...seconds };
  }
  return undefined;
}
