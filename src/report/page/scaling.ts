import { caseLabels } from '../case-labels.ts';
import { groupsBut } from '../sweeps.ts';
import { throughputOf } from '../throughput.ts';
import type { ShownCase } from './input.ts';

/** A strategy over numbers of threads. */
export interface Scaling {
  readonly name: string;
  /** In ascending order of the threads: two at least. */
  readonly points: readonly ScalingPoint[];
}

/** What so many threads get done. */
interface ScalingPoint {
  readonly threads: number;
  /** Nanoseconds an iteration of one thread. */
  readonly time: number;
  /** Iterations a second of all loading threads together. */
  readonly throughput: number;
}

/** The cases that differ in their threads only, in groups of two numbers at least. */
export function scalingsOf(cases: readonly ShownCase[]): Scaling[] {
  const groups = groupsBut(
    cases.map(({ result }) => result),
    'threads',
  );
  const labels = caseLabels([...groups.keys()]);
  return [...groups].flatMap(([id, group], index): Scaling[] => {
    const points = new Map<number, ScalingPoint>();
    for (const each of group) {
      const time = each.estimate.point;
      if (time > 0) points.set(each.threads, { threads: each.threads, time, throughput: throughputOf(each) });
    }
    if (points.size < 2) return [];
    const name = labels[index] ?? id;
    return [{ name, points: [...points.values()].sort((a, b) => a.threads - b.threads) }];
  });
}
