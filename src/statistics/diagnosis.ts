import { type Drift, driftOf } from './drift.ts';
import type { IntervalEstimate } from './estimate.ts';
import { type TwoModes, twoModesOf } from './modes.ts';
import { outliersOf } from './outliers.ts';
import { median } from './quantile.ts';
import { splitVariance } from './variance-split.ts';

/** Something that a reader of an estimate should know. */
export type Finding =
  /** The interval is wide. `halfWidth` is a share of the estimate; so many forks would make it `wideInterval`. */
  | { readonly kind: 'wide'; readonly halfWidth: number; readonly forks: number; readonly because: Cause }
  | { readonly kind: 'drift'; readonly drift: Drift }
  | { readonly kind: 'modes'; readonly modes: TwoModes }
  /** Severe outliers, as a share of the samples. */
  | { readonly kind: 'outliers'; readonly share: number };

/** What widens an interval: processes that differ, or samples that do. */
type Cause = 'forks' | 'samples';

/** The half-width of an interval, as a share, from which on a reader is told. */
export const wideInterval = 0.05;

/** The chance of seeing a trend or two groups where there is none, for one case. */
const alpha = 0.002;

/** Trends, distances of groups and shares of outliers that matter to nobody. */
const leastDrift = 0.02;
const leastDistance = 0.03;
const leastSevere = 0.1;

/** What is to be said of a case, from its forks in the order in which they were measured, and its estimate. */
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
  if (drift !== undefined && drift.p < alpha && Math.abs(drift.change) > leastDrift)
    findings.push({ kind: 'drift', drift });
  const modes = twoModesOf(medians);
  if (modes !== undefined && modes.p < alpha && modes.high / modes.low - 1 > leastDistance)
    findings.push({ kind: 'modes', modes });
  const { lowSevere, highSevere, samples } = outliersOf(measured);
  const share = (lowSevere + highSevere) / samples;
  if (share > leastSevere) findings.push({ kind: 'outliers', share });
  return findings;
}

function causeOf(forks: readonly (readonly number[])[]): Cause {
  const split = splitVariance(forks);
  if (split === undefined) return 'forks';
  const samples = median(forks.map(({ length }) => length));
  return split.between ** 2 >= split.within ** 2 / samples ? 'forks' : 'samples';
}
