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

/** Whether no case has another one to be compared with. */
export function areAllAlone(cases: readonly MeasuredCase[]): boolean {
  return new Set(cases.map(workOf)).size === cases.length;
}

function workOf({ workload, pages, pageSize, threads }: MeasuredCase): string {
  return JSON.stringify([workload, pages, pageSize, threads]);
}
