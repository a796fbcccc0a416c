import type { CaseResult, MeasuredCase, ResultDocument } from '../document.ts';
import { oneLine } from './text.ts';

/** The cases that were measured. */
export function measuredCases({ cases }: ResultDocument): MeasuredCase[] {
  return cases.filter((each) => each.status === 'measured');
}

/** The measured cases whose samples are known: figures taken from elsewhere may be estimates alone. */
export function sampledCases(document: ResultDocument): MeasuredCase[] {
  return measuredCases(document).filter((each) => samplesOf(each).length > 0);
}

/** Nanoseconds an iteration, of all forks one after the other. */
export function samplesOf({ forks }: MeasuredCase): number[] {
  return forks.flatMap(({ samples }) => samples);
}

/** Minor and major page faults an iteration; undefined = not counted. */
export function faultsOf({ counters }: MeasuredCase): number | undefined {
  return counters && counters.minorFaultsPerIteration + counters.majorFaultsPerIteration;
}

/** What a case's id says besides the strategy, as `pages=4/layout=merged`. */
export function settingsOf({ id, strategy }: CaseResult): string {
  if (id === strategy) return '';
  return id.startsWith(`${strategy}/`) ? id.slice(strategy.length + 1) : id;
}

/** Names for consumers that tell benchmarks apart by name alone: the ids, on one line each. */
export function benchmarkNames(cases: readonly CaseResult[]): string[] {
  return distinct(
    cases.map(({ id }) => oneLine(id) || 'unnamed'),
    (name, number) => `${name} #${number}`,
  );
}

/** The names, with every name that was there before numbered from 2. */
export function distinct(
  names: readonly string[],
  numbered: (name: string, number: number) => string,
): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let number = 2; taken.has(free); number++) free = numbered(name, number);
    taken.add(free);
    return free;
  });
}
