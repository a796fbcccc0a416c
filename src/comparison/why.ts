import type { MeasuredCase, Phases } from '../results/document.ts';
import { differenceOfLogs, minForks, trimmedMean } from '../statistics/change.ts';
import { studentQuantile } from '../statistics/student.ts';
import type { Difference } from './differences.ts';
import type { CaseComparison } from './documents.ts';

/** A quantity that moved together with a case's cost. */
export interface Moved {
  readonly kind: 'step' | 'function' | 'counter' | 'event';
  /** As C writes a step, as the kernel names a function. */
  readonly name: string;
  /** An iteration: in the cost's unit, or a count. */
  readonly old: number;
  readonly now: number;
  /** now - old. */
  readonly difference: { readonly point: number; readonly low: number; readonly high: number };
  /** Of the change of the cost, where both have one unit: 1 explains all of it. */
  readonly fraction?: number;
}

/** A setting of a case, or a fact of the host, that is another one. */
interface Differing extends Difference {
  readonly kind: 'setting' | 'host';
}

/** Something that a change may come from. */
export type Cause = Differing | Moved;

/** What is known beside two documents. */
export interface Evidence {
  /** How the sides differ (see `factsThatDiffer`). */
  readonly facts: readonly Difference[];
  /** Functions of a profile of either side: nanoseconds an iteration in the function itself, by name. */
  readonly functions?: {
    readonly old: ReadonlyMap<string, number>;
    readonly now: ReadonlyMap<string, number>;
  };
}

/**
 * What a case's change may come from: settings and facts of the host that differ, then what moved, steps
 * before functions before counters, what explains most of the change first. Of what has an interval only that
 * is named whose interval does not hold 0.
 */
export function causesOf(comparison: CaseComparison, evidence: Evidence): Cause[] {
  const { old, now } = comparison;
  const change = now.estimate.point - old.estimate.point;
  const settings = settingsThatDiffer(old, now);
  const facts = evidence.facts.filter(({ name }) => !settings.some((each) => each.name === name));
  const measured = facts.filter(({ name }) => name === 'CPU measured on');
  return [
    ...[...settings, ...measured].map((each) => ({ ...each, kind: 'setting' as const })),
    ...facts.filter((each) => !measured.includes(each)).map((each) => ({ ...each, kind: 'host' as const })),
    ...stepsThatMoved(old, now),
    ...byFraction(functionsThatMoved(evidence.functions, change)),
    ...byFraction([
      ...countsThatMoved('counter', countersOf(old), countersOf(now), change),
      ...countsThatMoved('event', eventsOf(old), eventsOf(now), change),
    ]),
  ];
}

/** Settings in which a case of one side differs from that of the other. */
function settingsThatDiffer(old: MeasuredCase, now: MeasuredCase): Difference[] {
  const settings: Readonly<Record<string, (each: MeasuredCase) => unknown>> = {
    layout: ({ layout }) => layout,
    engine: ({ engine }) => engine,
    icache: ({ icache }) => icache ?? 'follow',
    policy: ({ policy }) => policy ?? 'none',
    background: ({ background }) => background ?? 'none',
    processes: ({ processes }) => processes ?? 'none',
    parameters: ({ parameters }) => JSON.stringify(parameters ?? {}),
  };
  return Object.entries(settings)
    .map(([name, of]) => ({ name, old: String(of(old)), now: String(of(now)) }))
    .filter((each) => each.old !== each.now);
}

/** What explains less than this fraction of a change is not named. */
const minFraction = 0.05;

/**
 * The steps that a case's change lies in, the largest first; none where the steps of either side are not
 * known or are not the same.
 */
export function stepsThatMoved(old: MeasuredCase, now: MeasuredCase): Moved[] {
  const [before, after] = [old.phases?.steps ?? [], now.phases?.steps ?? []];
  if (before.length !== after.length || before.some(({ text }, index) => text !== after[index]?.text))
    return [];
  const change = now.estimate.point - old.estimate.point;
  return byFraction(
    before.flatMap((step, index): Moved[] => {
      const other = after[index];
      if (other === undefined) return [];
      const difference = differenceOfIntervals(step, other);
      return [
        {
          ...{ kind: 'step', name: step.text, old: step.point, now: other.point, difference },
          fraction: difference.point / change,
        },
      ];
    }),
  );
}

/**
 * The difference of two quantities with intervals, by the method of variance estimates recovery (Zou and
 * Donner, "Construction of confidence limits about effect measures", Statistics in Medicine 27, 2008).
 */
function differenceOfIntervals(a: Phases['steps'][number], b: Phases['steps'][number]): Moved['difference'] {
  const point = b.point - a.point;
  return {
    point,
    low: point - Math.hypot(b.point - b.low, a.high - a.point),
    high: point + Math.hypot(b.high - b.point, a.point - a.low),
  };
}

/**
 * Those that are sure and explain enough, what explains most first; what has no fraction last, by its size.
 */
function byFraction(all: readonly Moved[]): Moved[] {
  return all
    .filter(({ difference: { low, high }, fraction }) => {
      const isSure = low > 0 || high < 0;
      return isSure && (fraction === undefined || Math.abs(fraction) >= minFraction);
    })
    .sort(
      (a, b) => Math.abs(b.fraction ?? 0) - Math.abs(a.fraction ?? 0) || relativeSize(b) - relativeSize(a),
    );
}

function relativeSize({ old, difference }: Moved): number {
  return Math.abs(difference.point) / Math.max(Math.abs(old), Number.MIN_VALUE);
}

function functionsThatMoved(functions: Evidence['functions'], change: number): Moved[] {
  if (functions === undefined) return [];
  const names = new Set([...functions.old.keys(), ...functions.now.keys()]);
  return [...names].map((name): Moved => {
    const [old, now] = [functions.old.get(name) ?? 0, functions.now.get(name) ?? 0];
    const point = now - old;
    // One profile a side has no interval.
    return {
      ...{ kind: 'function', name, old, now, difference: { point, low: point, high: point } },
      fraction: point / change,
    };
  });
}

/** Counters in nanoseconds an iteration. */
const times: readonly string[] = ['userTime', 'systemTime'];

/** Counts below this an iteration are other things that the machine does. */
const minCount = 0.005;

const confidence = 0.99;

/** What each fork counted, by name. */
type Counts = ReadonlyMap<string, readonly number[]>;

function countersOf({ forks }: MeasuredCase): Counts {
  const all = forks.flatMap(({ counts }) => (counts === undefined ? [] : [counts]));
  const names = new Set(all.flatMap((counts) => Object.keys(counts)));
  return new Map([...names].map((name) => [name, all.flatMap((counts) => counts[name] ?? [])]));
}

function eventsOf({ events = [] }: MeasuredCase): Counts {
  return new Map(events.map(({ name, counts }) => [name, counts]));
}

/** What both sides counted and whose means differ, over forks. */
function countsThatMoved(kind: 'counter' | 'event', before: Counts, after: Counts, change: number): Moved[] {
  return [...before].flatMap(([name, a]): Moved[] => {
    const b = after.get(name) ?? [];
    if (a.length < minForks || b.length < minForks) return [];
    const { difference: point, standardError, degrees } = differenceOfLogs(a, b);
    const half = standardError * studentQuantile((1 + confidence) / 2, degrees);
    const isTime = times.includes(name);
    if (!isTime && Math.abs(point) < minCount) return [];
    return [
      {
        ...{ kind, name, old: trimmedMean(a).mean, now: trimmedMean(b).mean },
        difference: { point, low: point - half, high: point + half },
        ...(isTime && { fraction: point / change }),
      },
    ];
  });
}
