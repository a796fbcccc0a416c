import { logMedians, minForks, trimmedMean } from '../statistics/change.ts';
import { studentQuantile } from '../statistics/student.ts';
import type { MeasuredCase } from './document.ts';

/** A case's cost as a multiple of another one's. Bounds are null where only a point is known. */
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

/** The logarithms of the ratios of forks of one round, which are those of one index. */
export function logRatios(subject: MeasuredCase, reference: MeasuredCase): number[] {
  const [a, b] = [subject, reference].map(({ forks }) => logMedians(forks.map(({ samples }) => samples)));
  return (a ?? []).flatMap((log, round) => (b?.[round] === undefined ? [] : [log - b[round]]));
}

/** Rounds below which a ratio's interval says more of Student's t than of the data. */
const minRounds = 5;

/** The ratio of two cases as `standings` judges it: without an interval where there are few rounds. */
function judgedRatio(one: MeasuredCase, other: MeasuredCase, cases: number): RelativeEstimate {
  if (Math.min(one.forks.length, other.forks.length) < minRounds)
    return { point: one.estimate.point / other.estimate.point, low: null, high: null };
  return relativeEstimate(one, other, confidenceAmong(cases));
}

/** How a case stands to the cheapest of those that do the same work. */
export interface Standing {
  readonly cheapest: MeasuredCase;
  /**
   * To the cheapest, with an interval that holds for all cases of the work together. Of the cheapest itself 1.
   */
  readonly ratio: RelativeEstimate;
  /** Not significantly different from the cheapest; of that one: whether any other is not. */
  readonly isTied: boolean;
}

/**
 * How the cases of a run stand to the cheapest of their work, in their order: their ratios round by round, at
 * Bonferroni's confidence for so many cases, because of many the cheapest is in part so by luck; of less than
 * five rounds there is no interval. A case is tied with the cheapest unless its interval says that it costs
 * more.
 */
export function standings(cases: readonly MeasuredCase[]): Standing[] {
  const standingOf = new Map<MeasuredCase, Standing>();
  for (const work of new Set(cases.map(workOf))) {
    const group = cases.filter((each) => workOf(each) === work);
    const cheapest = group.reduce((a, b) => (b.estimate.point < a.estimate.point ? b : a));
    const others = group.filter((each) => each !== cheapest);
    for (const each of others) {
      const ratio = judgedRatio(each, cheapest, group.length);
      standingOf.set(each, { cheapest, ratio, isTied: !differSignificantly(each, cheapest, group.length) });
    }
    const isTied = others.some((each) => standingOf.get(each)?.isTied);
    standingOf.set(cheapest, { cheapest, ratio: { point: 1, low: null, high: null }, isTied });
  }
  return cases.map((each) => standingOf.get(each) as Standing);
}

/** Of each ratio, so that all to one case hold together with 95 %. */
function confidenceAmong(cases: number): number {
  return 1 - 0.05 / Math.max(1, cases - 1);
}

/**
 * Whether the data tell which of two cases of one run costs less: the interval of their ratio, round by
 * round, does not hold 1, at the confidence for so many cases that are held against one. Of less than five
 * rounds the intervals of the estimates decide, and of points alone the points.
 */
export function differSignificantly(one: MeasuredCase, other: MeasuredCase, cases = 2): boolean {
  const { low, high } = judgedRatio(one, other, cases);
  if (low !== null && high !== null) return low > 1 || high < 1;
  const [a, b] = [one.estimate, other.estimate];
  if (a.low === null || a.high === null || b.low === null || b.high === null) return a.point !== b.point;
  return a.low > b.high || b.low > a.high;
}

/** The cheapest case of a kind of work, and the others of that work that the data do not tell from it. */
export interface Tie {
  readonly cheapest: MeasuredCase;
  readonly others: readonly MeasuredCase[];
}

/** Where the data do not tell which case is the cheapest. */
export function ties(cases: readonly MeasuredCase[]): Tie[] {
  const all = standings(cases);
  return [...new Set(all.map(({ cheapest }) => cheapest))].flatMap((cheapest) => {
    const others = cases.filter(
      (each, index) => each !== cheapest && all[index]?.cheapest === cheapest && all[index]?.isTied,
    );
    return others.length > 0 ? [{ cheapest, others }] : [];
  });
}

/** Whether no case has another one to be compared with. */
export function areAllAlone(cases: readonly MeasuredCase[]): boolean {
  return new Set(cases.map(workOf)).size === cases.length;
}

function workOf({ workload, pages, pageSize, threads, processes }: MeasuredCase): string {
  return JSON.stringify([workload, pages, pageSize, threads, processes]);
}
