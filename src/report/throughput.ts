import type { MeasuredCase } from '../results/document.ts';

/** Threads of a case that load. */
function loadersOf({ forks, threads }: MeasuredCase): number {
  return forks[0]?.threads?.loaders.length ?? threads;
}

/** Loads a second of all loading threads together; Infinity for a time of 0. */
export function throughputOf(each: MeasuredCase): number {
  return (loadersOf(each) * 1e9) / each.estimate.point;
}

/** Throughput as a share of as many times what one thread of the same work gets done; undefined where there is no such case. */
export function efficiencyOf(each: MeasuredCase, cases: readonly MeasuredCase[]): number | undefined {
  if (each.others !== 'load') return undefined;
  const ofWork = ({ id, threads }: MeasuredCase) => id.replace(`/threads=${threads}`, '');
  const single = cases.find((other) => other.threads === 1 && ofWork(other) === ofWork(each));
  return single && throughputOf(each) / (each.threads * throughputOf(single));
}
