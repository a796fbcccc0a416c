import type { CostUnit } from '../format/numbers.ts';
import { countOf, plainText } from '../format/text.ts';
import type { MeasuredCase } from '../results/document.ts';
import {
  type CostModel,
  crossings,
  fitCostModel,
  minSizes,
  type SizeTimes,
  timeAt,
} from '../statistics/cost-model.ts';
import { median } from '../statistics/descriptive.ts';

/** A strategy over sizes. */
export interface Sweep {
  readonly name: string;
  readonly points: readonly SizeTimes[];
  readonly model: CostModel;
}

/** Cases that differ in one setting only, as far as their ids tell, by the id without it. */
export function groupsBut(
  cases: readonly MeasuredCase[],
  setting: 'pages' | 'threads' | 'processes',
): Map<string, MeasuredCase[]> {
  const groups = new Map<string, MeasuredCase[]>();
  for (const each of cases) {
    const name = plainText(each.id.replace(new RegExp(`/${setting}=\\d+`), ''));
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  return groups;
}

/** Cases that differ in their size only, in groups of enough sizes; times of 0 have no place in a model. */
export function sweepsOf(cases: readonly MeasuredCase[]): Sweep[] {
  return [...groupsBut(cases, 'pages')].flatMap(([name, group]): Sweep[] => {
    const points = new Map<number, SizeTimes>();
    for (const { pages, forks } of group) {
      const medians = forks
        .map(({ samples }) => samples)
        .filter(({ length }) => length > 0)
        .map(median)
        .filter((time) => time > 0);
      if (pages !== null && medians.length > 0) points.set(pages, { pages, forks: medians });
    }
    if (points.size < minSizes) return [];
    return [{ name, points: [...points.values()], model: fitCostModel([...points.values()]) }];
  });
}

/** A size at which another strategy becomes the faster of two. */
export interface NamedCrossing {
  readonly pages: number;
  /** Nanoseconds. */
  readonly time: number;
  /** The faster one of smaller sizes. */
  readonly below: string;
  readonly beyond: string;
}

/** Where each two strategies cost the same, if they clearly differ at both ends. */
export function crossingsOf(sweeps: readonly Sweep[]): NamedCrossing[] {
  return sweeps.flatMap((a, index) =>
    sweeps.slice(index + 1).flatMap((b) => {
      const sizes = a.points
        .map(({ pages }) => pages)
        .filter((pages) => b.points.some((each) => each.pages === pages));
      const [from, to] = [Math.min(...sizes), Math.max(...sizes)];
      if (sizes.length < 2 || !isClear(a.model, b.model, from) || !isClear(a.model, b.model, to)) return [];
      return crossings(a.model, b.model, from, to).map(({ pages, fasterBelow }): NamedCrossing => {
        const [below, beyond] = fasterBelow === 'a' ? [a, b] : [b, a];
        return { pages, time: timeAt(below.model, pages), below: below.name, beyond: beyond.name };
      });
    }),
  );
}

/** A crossing as a sentence. */
export function describeCrossing({ pages, below, beyond }: NamedCrossing, unit: CostUnit): string {
  const better = unit === 'ns/iter' ? 'faster' : 'cheaper';
  return `${below} is ${better} up to about ${countOf(Math.floor(pages), 'page')}, ${beyond} beyond`;
}

/** Whether two models differ at a size by more than what they are off at their worst. */
function isClear(a: CostModel, b: CostModel, pages: number): boolean {
  const [one, other] = [timeAt(a, pages), timeAt(b, pages)];
  return Math.abs(one / other - 1) > a.worstMiss.fraction + b.worstMiss.fraction;
}

/** Threads of a case that load, in all processes. */
function loadersOf({ forks, threads, processes = threads }: MeasuredCase): number {
  return forks[0]?.threads?.loaders.length ?? processes;
}

/** Loads a second of all loading threads together; Infinity for a time of 0. */
export function throughputOf(each: MeasuredCase): number {
  return (loadersOf(each) * 1e9) / each.estimate.point;
}

/**
 * Throughput as a fraction of as many times what one thread, or process, of the same work gets done;
 * undefined where there is no such case.
 */
export function efficiencyOf(each: MeasuredCase, cases: readonly MeasuredCase[]): number | undefined {
  if (each.background !== 'load' && each.processes === undefined) return undefined;
  const ofWork = ({ id, threads, processes }: MeasuredCase) =>
    id.replace(`/threads=${threads}`, '').replace(`/processes=${processes}`, '');
  const manyOf = ({ threads, processes = threads }: MeasuredCase) => processes;
  const single = cases.find((other) => manyOf(other) === 1 && ofWork(other) === ofWork(each));
  return single && throughputOf(each) / (manyOf(each) * throughputOf(single));
}
