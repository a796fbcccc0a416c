import type { MeasuredCase, ResultDocument } from '../results/document.ts';
import { changePointsOf } from '../statistics/change-points.ts';
import { median } from '../statistics/descriptive.ts';
import { estimateOf } from '../statistics/estimate.ts';
import { haveOneFingerprint } from './differences.ts';
import { mergedRuns } from './runs.ts';

/** Runs of a level, below which a new one cannot be held against it. */
export const minLevelRuns = 3;

/** The runs of a history that a run can be held against: of its fingerprint, and with any of its cases. */
export function comparableRuns(
  history: readonly ResultDocument[],
  like: ResultDocument,
  ids: readonly string[],
): ResultDocument[] {
  return history.filter(
    (each) =>
      haveOneFingerprint(each, like) &&
      each.cases.some(({ id, status }) => status === 'measured' && ids.includes(id)),
  );
}

/**
 * The level of runs, each case since its last change point, as one document in which the run is the unit (see
 * `mergedRuns`). Needs at least one run.
 */
export function levelOf(runs: readonly ResultDocument[]): ResultDocument {
  const merged = mergedRuns(runs);
  return {
    ...merged,
    cases: merged.cases.map((each) => (each.status === 'measured' ? sinceLastChange(each) : each)),
  };
}

function sinceLastChange(each: MeasuredCase): MeasuredCase {
  const values = each.forks.map(({ samples }) => median(samples));
  const last = values.every((value) => value > 0) ? changePointsOf(values).at(-1) : undefined;
  if (last === undefined) return each;
  const forks = each.forks.slice(last.at);
  const estimate = estimateOf(forks.map(({ samples }) => samples));
  return { ...each, forks, estimate: { unit: each.estimate.unit, ...estimate } };
}
