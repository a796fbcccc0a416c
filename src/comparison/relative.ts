import type { CostUnit } from '../format/numbers.ts';
import type { CaseResult, MeasuredCase, ResultDocument } from '../results/document.ts';
import { logRatios } from '../results/ratios.ts';
import {
  type Change,
  changeOf,
  differenceOfLogs,
  logMedians,
  minForks,
  trimmedMean,
} from '../statistics/change.ts';
import { canTellRuns, differenceOfRuns, type RunValue } from '../statistics/runs.ts';
import { runValues } from './runs.ts';
import type { InferenceUnit } from './verdict.ts';

/**
 * How a case changed relative to a reference case of the same run, in which what the machine does to both
 * cancels.
 */
export interface RelativeChange {
  /** The reference case's id. */
  readonly reference: string;
  readonly change: Change;
  /** As a fraction. */
  readonly threshold: number;
}

/** What moved, when a case's time or its ratio to the reference changed. */
export type Mover =
  /** The case, not the reference. */
  | 'case'
  /** The reference, not the case: only the ratio changed. */
  | 'reference'
  /** Both, alike: the ratio is what it was. It was the machine, or what both share. */
  | 'both alike'
  /** Both, but not alike. */
  | 'both'
  /** Nothing that can be told from noise, or not which of the two. */
  | 'neither';

/** The case that another one is seen relative to: that of the reference strategy with the same settings. */
export function referenceFor(
  { id, pages, workload, threads, processes, layout, engine }: MeasuredCase,
  document: ResultDocument,
  strategy: string,
): MeasuredCase | undefined {
  const fits = (other: CaseResult): other is MeasuredCase =>
    other.status === 'measured' &&
    other.strategy === strategy &&
    other.id !== id &&
    other.pages === pages &&
    other.workload === workload &&
    other.threads === threads &&
    other.processes === processes &&
    other.layout === layout &&
    other.engine === engine;
  return document.cases.find(fits);
}

/**
 * The change of a case's ratio to its reference, of which a fork gives the logarithm: the forks of one index
 * are of the same round. Undefined where a side has less than two such rounds.
 */
export function relativeChange(
  old: { readonly subject: MeasuredCase; readonly reference: MeasuredCase },
  now: { readonly subject: MeasuredCase; readonly reference: MeasuredCase },
  { threshold, unit }: { readonly threshold: number | undefined; readonly unit: InferenceUnit },
): RelativeChange | undefined {
  const about = { reference: now.reference.id };
  const costUnit = old.subject.estimate.unit;
  if (unit === 'run') {
    const [before, after] = [runRatios(old.subject, old.reference), runRatios(now.subject, now.reference)];
    if (!canTellRuns(before.length, after.length)) return undefined;
    const limit = threshold ?? minThreshold[costUnit];
    const change = changeOf(differenceOfRuns(before, after), { threshold: limit });
    return { ...about, change, threshold: limit };
  }
  const [before, after] = [logRatios(old.subject, old.reference), logRatios(now.subject, now.reference)];
  if (before.length < minForks || after.length < minForks) return undefined;
  const limit = threshold ?? thresholdOf(before, costUnit);
  const change = changeOf(differenceOfLogs(before, after), { threshold: limit });
  return { ...about, change, threshold: limit };
}

/** The ratios of the runs in which both were measured. */
function runRatios(subject: MeasuredCase, reference: MeasuredCase): RunValue[] {
  const references = new Map(runValues(reference).map(({ at, log }) => [at, log]));
  return runValues(subject).flatMap(({ at, log }) => {
    const other = references.get(at);
    return other === undefined ? [] : [{ at, log: log - other }];
  });
}

/** Which of the two moved. A move is a change of the time beyond its threshold: its sign, or 0 for none. */
export function moverOf(subject: number, reference: number, isRatioChanged: boolean): Mover {
  if (subject !== 0 && reference !== 0) {
    return !isRatioChanged && subject === reference ? 'both alike' : 'both';
  }
  if (subject !== 0) return 'case';
  return reference !== 0 && isRatioChanged ? 'reference' : 'neither';
}

/** The least change that is ever called one: counts repeat to some hundred-thousandths, times do not. */
export const minThreshold: Readonly<Record<CostUnit, number>> = {
  'ns/iter': 0.01,
  'instructions/iter': 0.001,
};

/**
 * How many spreads of its forks count as drift between two runs, which a baseline cannot see: runs of this
 * project's machine lay further apart than their forks explain, in proportion to how far these do
 * (docs/statistics.md).
 */
const spreadsOfDrift = 1;

/**
 * The change up to which a difference to this baseline is noise, as a fraction: its own forks' spread says
 * it.
 */
export function learntThreshold({ forks, estimate }: MeasuredCase): number {
  return thresholdOf(logMedians(forks.map(({ samples }) => samples)), estimate.unit);
}

/** The same from logarithms, one a fork. */
function thresholdOf(logs: readonly number[], unit: CostUnit): number {
  if (logs.length < 2) return minThreshold[unit];
  return Math.max(minThreshold[unit], Math.expm1(spreadsOfDrift * trimmedMean(logs).spread));
}
