import type { ChalkInstance } from 'chalk';
import type { MeasuredCase } from '../results/document.ts';
import { formatCount, formatRatio } from './format-number.ts';
import { formatIntervals, type IntervalForm } from './intervals.ts';
import type { Column } from './light-table.ts';
import { areAllAlone, ratiosToFastest } from './relative.ts';
import { differingSettings, settings } from './settings.ts';
import { plainText } from './text.ts';

/** How much a table of cases tells. */
export interface View {
  readonly times: IntervalForm;
  readonly without: readonly OptionalColumn[];
}

/** Columns that a narrow table can do without. */
type OptionalColumn = 'relative' | 'faults' | 'wx' | 'writable';

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
  return differingSettings(cases).map((name) => ({
    head: name,
    align: settings[name],
    cells: cases.map((each) => plainText(String(each[name] ?? '?'))),
  }));
}

function relativeColumn(cases: readonly MeasuredCase[], chalk: ChalkInstance): Column | undefined {
  if (areAllAlone(cases)) return undefined;
  const cells = ratiosToFastest(cases).map((ratio) =>
    ratio === 1 ? chalk.green('fastest') : formatRatio(ratio),
  );
  return { head: 'relative', align: 'right', cells };
}

function writableColumn(cases: readonly MeasuredCase[]): Column | undefined {
  if (cases.every(({ phases }) => phases === undefined)) return undefined;
  return { head: 'writable', align: 'left', cells: cases.map(writableShare) };
}

/** For what share of an iteration the module can be written, and through what it can be run meanwhile; `?` if not known. */
export function writableShare({ phases }: MeasuredCase): string {
  if (phases === undefined) return '?';
  const words = { 'same mapping': ', itself', alias: ', alias', no: '' } as const;
  const { share, executable } = phases.writeWindow;
  return `${(share * 100).toFixed(0)} %${share > 0 ? words[executable] : ''}`;
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
