import type { CostUnit } from '../format/numbers.ts';
import type { CaseResult, MeasuredCase, ResultDocument } from '../results/document.ts';
import {
  type Change,
  changeOf,
  differenceOfLogs,
  logMedians,
  minForks,
  trimmedMean,
} from '../statistics/change.ts';
import { studentQuantile } from '../statistics/student.ts';

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
  { id, pages, workload, threads, layout, engine }: MeasuredCase,
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
  threshold: number | undefined,
): RelativeChange | undefined {
  const [before, after] = [logRatios(old.subject, old.reference), logRatios(now.subject, now.reference)];
  if (before.length < minForks || after.length < minForks) return undefined;
  const limit = threshold ?? thresholdOf(before, old.subject.estimate.unit);
  const change = changeOf(differenceOfLogs(before, after), { threshold: limit });
  return { reference: now.reference.id, change, threshold: limit };
}

/** A case's time as a multiple of its reference's. Bounds are null where only a point is known. */
export interface RelativeEstimate {
  readonly point: number;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * The ratio of a case to its reference in the same run: the (trimmed) mean of the rounds' logarithms, with
 * Student's interval, by default of 95 %; of less than two rounds the ratio of the estimates.
 */
export function relativeEstimate(
  subject: MeasuredCase,
  reference: MeasuredCase,
  confidence = 0.95,
): RelativeEstimate {
  const logs = logRatios(subject, reference);
  if (logs.length < minForks)
    return { point: subject.estimate.point / reference.estimate.point, low: null, high: null };
  const { mean, squaredError, degrees } = trimmedMean(logs);
  const half = studentQuantile(1 - (1 - confidence) / 2, degrees) * Math.sqrt(squaredError);
  return { point: Math.exp(mean), low: Math.exp(mean - half), high: Math.exp(mean + half) };
}

/**
 * Whether the data tell which of two cases is the faster: the interval of their ratio, round by round, does
 * not hold 1, or those of their times are apart, which a few rounds can show that say little of a ratio. The
 * ratio's confidence is Bonferroni's for so many cases that are held against one: of many the fastest is in
 * part so by luck. A point alone is taken as it is.
 */
export function differSignificantly(one: MeasuredCase, other: MeasuredCase, cases = 2): boolean {
  const { low, high } = relativeEstimate(one, other, 1 - 0.05 / Math.max(1, cases - 1));
  if (low !== null && high !== null && (low > 1 || high < 1)) return true;
  const [a, b] = [one.estimate, other.estimate];
  if (a.low === null || a.high === null || b.low === null || b.high === null) return a.point !== b.point;
  return a.low > b.high || b.low > a.high;
}

function logRatios(subject: MeasuredCase, reference: MeasuredCase): number[] {
  const [a, b] = [subject, reference].map(({ forks }) => logMedians(forks.map(({ samples }) => samples)));
  return (a ?? []).flatMap((log, round) => (b?.[round] === undefined ? [] : [log - b[round]]));
}

/** Which of the two moved. A move is a change of the time beyond its threshold: its sign, or 0 for none. */
export function moverOf(subject: number, reference: number, isRatioChanged: boolean): Mover {
  if (subject !== 0 && reference !== 0) {
    return !isRatioChanged && subject === reference ? 'both alike' : 'both';
  }
  if (subject !== 0) return 'case';
  return reference !== 0 && isRatioChanged ? 'reference' : 'neither';
}

/** How many times as long each case takes as the fastest of those that do the same work: 1 is the fastest. */
export function ratiosToFastest(cases: readonly MeasuredCase[]): number[] {
  const fastest = new Map<string, number>();
  for (const each of cases) {
    const least = fastest.get(workOf(each)) ?? Number.POSITIVE_INFINITY;
    fastest.set(workOf(each), Math.min(least, each.estimate.point));
  }
  return cases.map((each) => {
    const least = fastest.get(workOf(each)) ?? each.estimate.point;
    return each.estimate.point === least ? 1 : each.estimate.point / least;
  });
}

/** The fastest case of a kind of work, and the others of that work that the data do not tell from it. */
export interface Tie {
  readonly fastest: MeasuredCase;
  readonly others: readonly MeasuredCase[];
}

/** Where the data do not tell which case is the fastest. */
export function ties(cases: readonly MeasuredCase[]): Tie[] {
  return [...new Set(cases.map(workOf))].flatMap((work) => {
    const group = cases.filter((each) => workOf(each) === work);
    const fastest = group.reduce((a, b) => (b.estimate.point < a.estimate.point ? b : a));
    const others = group.filter(
      (each) => each !== fastest && !differSignificantly(each, fastest, group.length),
    );
    return others.length > 0 ? [{ fastest, others }] : [];
  });
}

/** Whether no case has another one to be compared with. */
export function areAllAlone(cases: readonly MeasuredCase[]): boolean {
  return new Set(cases.map(workOf)).size === cases.length;
}

function workOf({ workload, pages, pageSize, threads }: MeasuredCase): string {
  return JSON.stringify([workload, pages, pageSize, threads]);
}

/** The least change that is ever called one: counts repeat to some hundred-thousandths, times do not. */
const minThreshold: Readonly<Record<CostUnit, number>> = { 'ns/iter': 0.01, 'instructions/iter': 0.001 };

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
