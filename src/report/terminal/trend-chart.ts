import type { ChalkInstance } from 'chalk';
import type { Trend, TrendPoint } from '../../comparison/trends.ts';
import { displayUnit, formatRound } from '../../format/numbers.ts';
import { textWidth } from '../../format/text.ts';
import { linearTicks } from '../../format/ticks.ts';
import { median } from '../../statistics/descriptive.ts';

/** What the chart's marks mean. */
export const trendLegend =
  'o a run, │ its interval, ─ the median of a level, * the first run of a new level, ^ a run with another kernel or commit than the one before';

/** Lines of the plot. */
const height = 10;

/** Columns from one run to the next, if there is room. */
const maxStep = 4;

/** Of the middle value: noise of less than this is not blown up to the chart's height. */
const minRange = 0.02;

/** Lines from one label of the axis to the next, at least. */
const linesPerLabel = 3;

type Ink = 'plain' | 'faint' | 'worse' | 'better';

interface Cell {
  readonly text: string;
  readonly ink: Ink;
}

const blank: Cell = { text: ' ', ink: 'plain' };

/** Bounds of the scale of values. */
interface Range {
  readonly low: number;
  readonly high: number;
}

/** Where runs and values are in the plot. */
interface Places {
  columnOf(run: number): number;
  /** From the top; beyond the plot for a value that is off the scale. */
  rowOf(value: number): number;
}

/** Draws a trend of at least two runs, one beside the other, without a line end after the last line. */
export function renderTrendChart(trend: Trend, width: number, chalk: ChalkInstance): string {
  const { points } = trend;
  const range = rangeOf(points);
  const unit = displayUnit(range.high, trend.unit);
  const label =
    trend.reference === undefined
      ? (value: number) => formatRound(value, unit)
      : (value: number) => `${Number(value.toPrecision(9))}x`;
  const ticks = linearTicks(range.low, range.high, (height - 1) / linesPerLabel);
  const notes = notesBelow(trend);
  const labels = [...ticks.map(label), ...notes.map(({ name }) => name)];
  const margin = Math.max(...labels.map(textWidth));
  const room = Math.max(2, width - margin - ' │ '.length);
  const columns = Math.min(room, (points.length - 1) * maxStep + 1);
  const places: Places = {
    columnOf: (run) => Math.round((run * (columns - 1)) / (points.length - 1)),
    rowOf: (value) => Math.round(((range.high - value) / (range.high - range.low)) * (height - 1)),
  };
  const rows = plot(trend, places, columns).map((cells, row) => {
    const tick = ticks.find((value) => places.rowOf(value) === row);
    const text = cells.map((cell) => inked(cell, chalk)).join('');
    return `${(tick === undefined ? '' : label(tick)).padStart(margin)} ${tick === undefined ? '│' : '┤'} ${text}`.trimEnd();
  });
  const below = notes.map(
    ({ name, marks }) => `${name.padStart(margin)}   ${marked(marks, places, columns)}`,
  );
  return [...rows, `${' '.repeat(margin)} └${'─'.repeat(columns + 1)}`, ...below].join('\n');
}

/**
 * From the lowest value to the highest, and the usual half of an interval beyond: a wide one flattens
 * nothing.
 */
function rangeOf(points: readonly TrendPoint[]): Range {
  const values = points.map(({ value }) => value);
  const halves = points.map(({ low, high }) => (low === null || high === null ? 0 : (high - low) / 2));
  const [low, high] = [Math.min(...values) - median(halves), Math.max(...values) + median(halves)];
  const missing = Math.max(0, minRange * median(values) - (high - low)) / 2;
  return { low: Math.max(0, low - missing), high: high + missing };
}

/** Levels, over them intervals, over them runs. */
function plot({ points, changes }: Trend, places: Places, columns: number): Cell[][] {
  const cells = Array.from({ length: height }, () => new Array<Cell>(columns).fill(blank));
  const draw = (row: number, column: number, cell: Cell) => {
    const line = cells[row];
    if (line !== undefined) line[column] = cell;
  };
  const bounds = [0, ...changes.map(({ at }) => at), points.length];
  for (const [index, end] of bounds.slice(1).entries()) {
    const start = bounds[index] as number;
    const row = places.rowOf(median(points.slice(start, end).map(({ value }) => value)));
    for (let column = places.columnOf(start); column <= places.columnOf(end - 1); column++)
      draw(row, column, { text: '─', ink: 'faint' });
  }
  for (const [run, { low, high }] of points.entries()) {
    // Where runs share columns, their intervals would hide them.
    if (low === null || high === null || columns < points.length) continue;
    const last = Math.min(height - 1, places.rowOf(low));
    for (let row = Math.max(0, places.rowOf(high)); row <= last; row++)
      draw(row, places.columnOf(run), { text: '│', ink: 'faint' });
  }
  for (const [run, { value }] of points.entries())
    draw(places.rowOf(value), places.columnOf(run), { text: 'o', ink: 'plain' });
  for (const { at, change } of changes) {
    const row = places.rowOf((points[at] as TrendPoint).value);
    draw(row, places.columnOf(at), { text: '*', ink: change > 0 ? 'worse' : 'better' });
  }
  return cells;
}

function inked({ text, ink }: Cell, chalk: ChalkInstance): string {
  if (text === ' ') return text;
  const inks = { plain: chalk.cyan, faint: chalk.dim, worse: chalk.red, better: chalk.green };
  return inks[ink](text);
}

/** A mark below a run. */
interface Mark {
  readonly run: number;
  readonly text: string;
}

/** A line below the axis. */
interface Note {
  readonly name: string;
  readonly marks: readonly Mark[];
}

/** Which runs begin a level, have another kernel or another commit; no line for what none does. */
function notesBelow({ points, changes }: Trend): Note[] {
  const differing = (of: (point: TrendPoint) => unknown): Mark[] =>
    points.flatMap((point, run) => {
      const before = points[run - 1];
      return before !== undefined && of(point) !== of(before) ? [{ run, text: '^' }] : [];
    });
  const notes: Note[] = [
    { name: 'change', marks: changes.map(({ at }, index) => ({ run: at, text: String(index + 1) })) },
    { name: 'kernel', marks: differing(({ kernel }) => kernel) },
    { name: 'commit', marks: differing(({ commit }) => commit?.hash) },
  ];
  return notes.filter(({ marks }) => marks.length > 0);
}

/** Marks below their runs, as far as one does not cover another. */
function marked(marks: readonly Mark[], { columnOf }: Places, columns: number): string {
  let line = '';
  for (const { run, text } of marks) {
    const column = Math.min(columnOf(run), Math.max(0, columns - text.length));
    if (column >= line.length) line = line.padEnd(column) + text;
  }
  return line;
}
