import type { ChalkInstance } from 'chalk';
import type { MeasuredCase } from '../results/document.ts';
import { formatCount, formatRatio } from './format-number.ts';
import { formatIntervals, type IntervalForm } from './intervals.ts';
import type { Column } from './light-table.ts';
import { areAllAlone, ratiosToFastest } from './relative.ts';
import { plainText } from './text.ts';

/** How much a table of cases tells. */
export interface View {
  readonly times: IntervalForm;
  readonly without: readonly OptionalColumn[];
}

/** Columns that a narrow table can do without. */
export type OptionalColumn = 'relative' | 'faults' | 'wx' | 'writable';

/** What tells cases of one strategy apart, and which side it is aligned to; shown where it differs. */
const settings = {
  pages: 'right',
  workload: 'left',
  threads: 'right',
  layout: 'left',
  engine: 'left',
} as const;

/** The columns of a table of cases. */
export function columnsOf(
  cases: readonly MeasuredCase[],
  { times, without }: View,
  chalk: ChalkInstance,
): Column[] {
  const estimates = cases.map(({ estimate }) => estimate);
  const optional: Record<OptionalColumn, Column | undefined> = {
    relative: relativeColumn(cases, chalk),
    faults: faultsColumn(cases, times === 'full' ? 'faults/iter' : 'faults'),
    wx: { head: 'W^X', align: 'left', cells: cases.map(({ wx }) => wx) },
    writable: writableColumn(cases),
  };
  const names = ['relative', 'faults', 'wx', 'writable'] as const;
  return [
    { head: 'strategy', align: 'left', cells: cases.map(({ strategy }) => plainText(strategy)) },
    ...settingColumns(cases),
    { head: 'time/iteration', align: 'right', cells: formatIntervals(estimates, times, chalk) },
    ...names.filter((name) => !without.includes(name)).flatMap((name) => optional[name] ?? []),
  ];
}

function settingColumns(cases: readonly MeasuredCase[]): Column[] {
  const names = Object.keys(settings) as (keyof typeof settings)[];
  return names.flatMap((name) => {
    const cells = cases.map((each) => plainText(String(each[name] ?? '?')));
    return new Set(cells).size > 1 ? { head: name, align: settings[name], cells } : [];
  });
}

function relativeColumn(cases: readonly MeasuredCase[], chalk: ChalkInstance): Column | undefined {
  if (areAllAlone(cases)) return undefined;
  const cells = ratiosToFastest(cases).map((ratio) =>
    ratio === 1 ? chalk.green('fastest') : formatRatio(ratio),
  );
  return { head: 'relative', align: 'right', cells };
}

/** For what share of an iteration the module can be written, and through what it can be run meanwhile. */
function writableColumn(cases: readonly MeasuredCase[]): Column | undefined {
  if (cases.every(({ phases }) => phases === undefined)) return undefined;
  const words = { 'same mapping': ', itself', alias: ', alias', no: '' } as const;
  const cells = cases.map(({ phases }) => {
    if (phases === undefined) return '?';
    const { share, executable } = phases.writeWindow;
    return `${(share * 100).toFixed(0)} %${share > 0 ? words[executable] : ''}`;
  });
  return { head: 'writable', align: 'left', cells };
}

/** Minor and major page faults an iteration. */
function faultsColumn(cases: readonly MeasuredCase[], head: string): Column | undefined {
  if (cases.every(({ counters }) => counters === undefined)) return undefined;
  const cells = cases.map(({ counters }) =>
    counters === undefined
      ? '?'
      : formatCount(counters.minorFaultsPerIteration + counters.majorFaultsPerIteration),
  );
  return { head, align: 'right', cells };
}
