import { Chalk, type ChalkInstance } from 'chalk';
import { costNames, formatPercent } from '../../format/numbers.ts';
import { cutLine, textWidth } from '../../format/text.ts';
import type { Estimate } from '../../results/document.ts';
import { caseLabels } from '../facts.ts';
import { type Column, formatIntervals, type IntervalForm, lightTable } from './light-table.ts';

/** A case while a run is under way. */
export interface LiveRow {
  readonly id: string;
  /** Of the forks so far. */
  readonly estimate?: Estimate;
  readonly forks: number;
  /** Why it is measured no further. */
  readonly ended?: 'unavailable' | 'failed';
  /** Counts up with every fork of any case; 0 = not measured yet. */
  readonly changed: number;
}

/** Room for a table. */
export interface LiveRoom {
  readonly color: boolean;
  /** Columns; lines are cut to them. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
}

const forms: readonly IntervalForm[] = ['full', 'short', 'point'];

/** Lines of the head and the rule under it. */
const headLines = 2;

/**
 * Cases in their order with what is known of them. Where not all fit, those that were measured last are
 * shown, and how many others there are; empty where not even one row fits.
 */
export function renderLiveTable(rows: readonly LiveRow[], { color, width, height }: LiveRoom): string {
  const room = height - headLines;
  const shown = rows.length <= room ? rows : latestOf(rows, room - 1);
  if (shown.length === 0) return '';
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const labels = new Map(
    caseLabels(rows.map(({ id }) => id)).map((label, index) => [rows[index]?.id, label]),
  );
  const names: Column = {
    head: 'strategy',
    align: 'left',
    cells: shown.map(({ id }) => labels.get(id) ?? id),
  };
  const left = rows.length - shown.length;
  const lines = [
    ...fittingTable(names, shown, width, chalk).split('\n'),
    ...(left > 0 ? [chalk.dim(`… and ${left} more`)] : []),
  ];
  return lines.map((line) => cutLine(line, width)).join('\n');
}

/** So many of the rows that changed last, in their order. */
function latestOf(rows: readonly LiveRow[], count: number): LiveRow[] {
  const latest = new Set(rows.toSorted((a, b) => b.changed - a.changed).slice(0, Math.max(0, count)));
  return rows.filter((row) => latest.has(row));
}

function fittingTable(names: Column, rows: readonly LiveRow[], width: number, chalk: ChalkInstance): string {
  let table = '';
  for (const form of forms) {
    table = lightTable([names, ...valueColumns(rows, form, chalk)], chalk);
    if (textWidth(table) <= width) break;
  }
  return table;
}

function valueColumns(rows: readonly LiveRow[], form: IntervalForm, chalk: ChalkInstance): Column[] {
  const known = rows.flatMap(({ estimate }) => estimate ?? []);
  const [{ unit } = { unit: 'ns/iter' as const }] = known;
  const isCounted = unit !== 'ns/iter';
  const intervals = new Map(formatIntervals(known, form, chalk).map((text, index) => [known[index], text]));
  const times = rows.map(({ estimate, ended }) => {
    if (ended !== undefined) return ended === 'failed' ? chalk.red(ended) : chalk.yellow(ended);
    return intervals.get(estimate) ?? '';
  });
  return [
    { head: `${costNames[unit]}/iteration`, align: 'right', cells: times },
    { head: '±', align: 'right', cells: rows.map(({ estimate }) => halfWidthText(estimate)) },
    {
      head: isCounted ? 'boots' : 'forks',
      align: 'right',
      cells: rows.map(({ forks }) => (forks === 0 ? '' : String(forks))),
    },
  ];
}

function halfWidthText(estimate: Estimate | undefined): string {
  if (estimate === undefined || estimate.low === null || estimate.high === null) return '';
  return formatPercent((estimate.high - estimate.low) / 2 / estimate.point);
}
