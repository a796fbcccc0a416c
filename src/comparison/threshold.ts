import type { MeasuredCase } from '../results/document.ts';
import { logMedians } from '../statistics/change.ts';
import { variance } from '../statistics/quantile.ts';

/** The least change that is ever called one. */
export const leastThreshold = 0.01;

/**
 * How many standard deviations of its forks count as drift between two runs. In A/A runs (docs/statistics.md) runs
 * differed by no more than their forks' spread explains, so this is a margin for machines that drift more than that.
 */
const spreadsOfDrift = 0.5;

/** The change up to which a difference to this baseline is noise, as a share: its own forks' spread says it. */
export function learntThreshold({ forks }: MeasuredCase): number {
  return thresholdOf(logMedians(forks.map(({ samples }) => samples)));
}

/** The same from logarithms, one a fork. */
export function thresholdOf(logs: readonly number[]): number {
  if (logs.length < 2) return leastThreshold;
  return Math.max(leastThreshold, Math.expm1(spreadsOfDrift * Math.sqrt(variance(logs))));
}
