import { areToldApart } from '../comparison/relative.ts';
import type { MeasuredCase } from '../results/document.ts';

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
    const others = group.filter((each) => each !== fastest && !areToldApart(each, fastest, group.length));
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
