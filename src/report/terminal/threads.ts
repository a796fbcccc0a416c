import type { ChalkInstance } from 'chalk';
import { efficiencyOf, throughputOf } from '../../comparison/sweeps.ts';
import { formatShortRate, formatSignificant } from '../../format/numbers.ts';
import { wrapText } from '../../format/text.ts';
import type { MeasuredCase } from '../../results/document.ts';
import { caseLabels } from '../facts.ts';
import { type Column, lightTable } from './light-table.ts';

/**
 * What threads or processes get done together, and what they do to others: a row a case that ran on them.
 */
export function renderThreads(cases: readonly MeasuredCase[], chalk: ChalkInstance, width: number): string {
  const threaded = cases.filter(
    ({ background, processes }) => background !== undefined || processes !== undefined,
  );
  if (threaded.length === 0) return '';
  const labels = caseLabels(threaded.map(({ id }) => id));
  const column = (head: string, cellOf: (each: MeasuredCase) => string): Column[] => {
    const cells = threaded.map(cellOf);
    return cells.every((cell) => cell === '') ? [] : [{ head, align: 'right', cells }];
  };
  const counted = (name: string) => (each: MeasuredCase) => {
    const value = each.counters?.perIteration?.[name];
    return value === undefined ? '' : formatSignificant(Math.max(0, value), 2);
  };
  const columns: Column[] = [
    { head: nounOf(threaded), align: 'left', cells: labels },
    ...column('loads/s', (each) => formatShortRate(throughputOf(each))),
    ...column('of perfect', (each) => percent(efficiencyOf(each, threaded))),
    ...column('slowest', (each) => spreadOf(each)),
    ...column('background slower by', ({ slowdown }) =>
      slowdown === undefined
        ? ''
        : `[${[slowdown.low, slowdown.point, slowdown.high].map((fraction) => percent(fraction)).join(' ')}]`,
    ),
    ...column('shootdowns', counted('tlbShootdowns')),
    ...column('waits', counted('voluntarySwitches')),
    ...column('preempted', counted('involuntarySwitches')),
  ];
  return [lightTable(columns, chalk), ...notesOn(threaded).map((note) => wrapText(note, width, '  '))].join(
    '\n',
  );
}

function percent(fraction: number | undefined): string {
  return fraction === undefined
    ? ''
    : `${(fraction * 100).toFixed(fraction < 0.1 && fraction > -0.1 ? 1 : 0)} %`;
}

/** How much longer a load takes on the slowest loading thread than on all in the mean, over the forks. */
function spreadOf({ forks }: MeasuredCase): string {
  const fractions = forks.flatMap(({ threads }) => {
    const times = threads?.loaders.map(({ nanosecondsPerLoad }) => nanosecondsPerLoad) ?? [];
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    return times.length < 2 ? [] : [Math.max(...times) / mean - 1];
  });
  if (fractions.length === 0) return '';
  return `+${percent(fractions.reduce((sum, fraction) => sum + fraction, 0) / fractions.length)}`;
}

function notesOn(cases: readonly MeasuredCase[]): string[] {
  const notes: string[] = [];
  const loading = nounOf(cases);
  notes.push(`loads/s: of all loading ${loading} together; counts are a load’s`);
  if (cases.some((each) => efficiencyOf(each, cases) !== undefined))
    notes.push(
      `of perfect: as a fraction of as many times what one ${loading === 'threads' ? 'thread' : 'process'} gets done`,
    );
  if (cases.some(({ slowdown }) => slowdown !== undefined))
    notes.push('background slower by: what the loads add to the time of threads that do something else');
  const labels = caseLabels(cases.map(({ id }) => id));
  const crowded = labels.filter((_, index) => cases[index]?.forks.some(sharesCpus));
  if (crowded.length > 0) notes.push(`${loading} share CPUs: ${crowded.join(', ')}`);
  return notes;
}

/** A run has either. */
function nounOf(cases: readonly MeasuredCase[]): 'threads' | 'processes' {
  return cases.some(({ processes }) => processes !== undefined) ? 'processes' : 'threads';
}

/** Whether two of a fork's loading threads ran on one CPU. */
function sharesCpus({ threads }: MeasuredCase['forks'][number]): boolean {
  const cpus = threads?.loaders.map(({ cpu }) => cpu) ?? [];
  return new Set(cpus).size < cpus.length;
}
