import type { MeasuredCase } from '../results/document.ts';
import { logMedians } from '../statistics/change.ts';
import { trimmedMean } from '../statistics/trimmed.ts';

/** The least change that is ever called one. */
const leastThreshold = 0.01;

/**
 * How many spreads of its forks count as drift between two runs, which a baseline cannot see: runs of this project's machine
 * lay further apart than their forks explain, in proportion to how far these do (docs/statistics.md).
 */
const spreadsOfDrift = 1;

/** The change up to which a difference to this baseline is noise, as a share: its own forks' spread says it. */
export function learntThreshold({ forks }: MeasuredCase): number {
  return thresholdOf(logMedians(forks.map(({ samples }) => samples)));
}

/** The same from logarithms, one a fork. */
export function thresholdOf(logs: readonly number[]): number {
  if (logs.length < 2) return leastThreshold;
  return Math.max(leastThreshold, Math.expm1(spreadsOfDrift * trimmedMean(logs).spread));
}
