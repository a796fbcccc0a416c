import type { ChalkInstance } from 'chalk';
import type { MeasuredCase } from '../results/document.ts';
import { formatCount, formatRatio } from './format-number.ts';
import { formatIntervals, type IntervalForm } from './intervals.ts';
import type { Column } from './light-table.ts';
import { plainText } from './text.ts';

/** How much a table tells. */
export interface View {
  readonly times: IntervalForm;
  /** Columns that are left out. */
  readonly without: readonly ('faults' | 'wx' | 'relative')[];
}

/** What tells cases of one strategy apart; shown where it differs. */
const settings = ['pages', 'workload', 'threads', 'layout', 'engine'] as const;

/** The columns of the table of cases. */
export function columnsOf(cases: readonly MeasuredCase[], { times, without }: View, chalk: ChalkInstance): Column[] {
  const columns: Column[] = [left('strategy', cases.map(({ strategy }) => plainText(strategy)))];
  for (const setting of settings) {
    if (!differs(cases, setting)) continue;
    const cells = cases.map((each) => plainText(String(each[setting] ?? '')));
    columns.push(typeof cases[0]?.[setting] === 'string' ? left(setting, cells) : right(setting, cells));
  }
  columns.push(right('time/iteration', formatIntervals(cases.map(({ estimate }) => estimate), times, chalk)));
  const ratios = ratiosToFastest(cases);
  if (!without.includes('relative') && ratios.some((ratio) => ratio !== 1)) {
    columns.push(right('relative', ratios.map((ratio, index) => relativeCell(cases, ratios, index, chalk))));
  }
  if (!without.includes('faults') && cases.some(({ counters }) => counters !== undefined)) {
    columns.push(right(times === 'full' ? 'faults/iter' : 'faults', cases.map(faultsCell)));
  }
  if (!without.includes('wx')) columns.push(left('W^X', cases.map(({ wx }) => wx)));
  return columns;
}
