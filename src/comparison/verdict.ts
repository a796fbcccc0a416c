import type { CostUnit } from '../format/numbers.ts';
import { type Change, type LogDifference, minimumDetectable } from '../statistics/change.ts';
import { runsNeeded } from '../statistics/runs.ts';

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
  readonly difference: LogDifference;
  /** Standard deviation between runs, where these are the unit. */
  readonly spread?: number;
  /** Forks of the side that has less, where these are the unit. */
  readonly forks: number;
  readonly threshold: number;
  readonly alpha: number;
  /** Seconds of a run, if it is known. */
  readonly secondsPerRun?: number;
}

/** More forks of one run than these are no plan: the machine changes meanwhile. */
const maxForks = 1000;

/**
 * What it would take for the minimum detectable effect to be `effect`; undefined where no plan that can be
 * carried out would do.
 */
export function neededFor(effect: number, made: Inconclusive): Needed | undefined {
  const { difference, spread, forks, threshold, alpha, secondsPerRun } = made;
  const priced = (unit: InferenceUnit, count: number, runs: number): Needed => ({
    ...{ unit, count, effect },
    ...(secondsPerRun !== undefined && { seconds: 2 * runs * secondsPerRun }),
  });
  if (spread !== undefined) {
    const count = runsNeeded(spread, { effect, threshold, alpha });
    return count === undefined ? undefined : priced('run', count, count);
  }
  for (let count = forks; count <= maxForks; count++) {
    const factor = count / forks;
    const more = {
      difference: 0,
      standardError: difference.standardError / Math.sqrt(factor),
      degrees: difference.degrees * factor,
    };
    if (minimumDetectable(more, threshold, { alpha }) <= effect) return priced('fork', count, factor);
  }
  return undefined;
}
