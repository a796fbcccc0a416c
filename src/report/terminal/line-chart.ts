import { Chalk, type ChalkInstance } from 'chalk';
import { type CostUnit, formatCost } from '../../format/numbers.ts';
import { plainText, textWidth } from '../../format/text.ts';
import { powersFirst, roundValues } from '../../format/ticks.ts';

/** Times over sizes, under a name. */
export interface Series {
  readonly name: string;
  readonly points: readonly ChartPoint[];
}

/** A time at a size; both are more than 0. */
interface ChartPoint {
  readonly pages: number;
  /** Nanoseconds or instructions. */
  readonly time: number;
}

/** How a chart may be drawn. */
export interface LineChartOptions {
  readonly color: boolean;
  /** Columns of the whole; less than 40 are taken as 40. */
  readonly width: number;
  /** Lines of the plot, without the axis and the legend below it; less than 4 are taken as 4. */
  readonly height: number;
  readonly unit: CostUnit;
}

const minWidth = 40;
const minHeight = 4;

/** One for each series; `*` is not among them. */
const marks = [...'ox+#@%&=abcdefghijklmnpqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];

const colors = ['cyan', 'magenta', 'yellow', 'green', 'blue', 'red'] as const;

const severalMark = '*';
const lineMark = '·';
const pagesLabel = 'pages';

/** What a place of the plot shows; `of` is the index of a series. */
type Cell =
  | { readonly kind: 'blank' }
  | { readonly kind: 'line'; readonly of: number }
  | { readonly kind: 'mark'; readonly of: number }
  | { readonly kind: 'several' };

/** A place of the plot, from its upper left corner. */
interface Place {
  readonly row: number;
  readonly column: number;
}

/** A label, and the row or the first column at which it stands. */
interface Label {
  readonly at: number;
  readonly text: string;
}

/**
 * Draws times over pages, both on logarithmic scales, each series with a mark of its own and dots between its
 * points; no colour is needed to distinguish them. Without a line end after the last line. Series without
 * points are left out; without any point the text is empty. Throws a RangeError for a time or size that has
 * no logarithm, or more series than there are marks.
 */
export function renderLineChart(series: readonly Series[], options: LineChartOptions): string {
  const drawn = series.filter(({ points }) => points.length > 0);
  if (drawn.length === 0) return '';
  if (drawn.length > marks.length)
    throw new RangeError(`${drawn.length} series are more than ${marks.length} marks`);
  const points = drawn.flatMap((each) => each.points);
  const wrong = points.find(({ pages, time }) => !isPositive(pages) || !isPositive(time));
  if (wrong !== undefined)
    throw new RangeError(
      `no place on logarithmic scales for ${formatCost(wrong.time, options.unit)} (pages=${wrong.pages})`,
    );
  const chalk = new Chalk({ level: options.color ? 1 : 0 });
  const width = Math.max(options.width, minWidth);
  const height = Math.max(options.height, minHeight);

  const times = roundRange(points.map(({ time }) => time));
  const rowOf = (time: number) => height - 1 - scale(time, times, height);
  const timeLabels = timeLabelsOf(times, options.unit, rowOf);
  const margin = Math.max(pagesLabel.length, ...timeLabels.map(({ text }) => textWidth(text)));
  const columns = width - margin - ' │'.length;

  const sizes = [...new Set(points.map(({ pages }) => pages))].sort((a, b) => a - b);
  const range = { low: sizes[0] as number, high: sizes.at(-1) as number };
  const columnOf = (pages: number) => scale(pages, range, columns);
  const cells = plot(
    drawn.map((each) => placesOf(each, rowOf, columnOf)),
    { rows: height, columns },
  );
  return [
    ...cells.map((row, index) => {
      const label = timeLabels.find(({ at }) => at === index)?.text;
      const text = row.map((cell) => cellText(cell, chalk)).join('');
      return `${(label ?? '').padStart(margin)} ${label === undefined ? '│' : '┤'}${text}`.trimEnd();
    }),
    ...pagesAxis(sizes, columnOf, { margin, columns }),
    '',
    ...legend(
      drawn,
      cells.flat().some(({ kind }) => kind === 'several'),
      width,
      chalk,
    ),
  ].join('\n');
}

function isPositive(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

/** Bounds of a scale; they may be the same. */
interface Range {
  readonly low: number;
  readonly high: number;
}

/** The step, of so many, for a value on a logarithmic scale; the middle one if the scale has no length. */
function scale(value: number, { low, high }: Range, steps: number): number {
  if (low === high) return (steps - 1) >> 1;
  return Math.round((Math.log(value / low) / Math.log(high / low)) * (steps - 1));
}

/** 1, 2 and 5 times the powers of ten, from one below the values to one above. */
function roundTimes(values: readonly number[]): number[] {
  return roundValues(Math.min(...values), Math.max(...values), [1, 2, 5], 1);
}

/** The nearest round times that hold all values between them, never the same two. */
function roundRange(values: readonly number[]): Range {
  const round = roundTimes(values);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const low = round.findLastIndex((time) => time <= least);
  const high = round.findIndex((time) => time >= most);
  const widening = low === high ? 1 : 0;
  return { low: round[low - widening] as number, high: round[high + widening] as number };
}

/** Round times at their rows, the bounds and powers of ten first, none right below another. */
function timeLabelsOf(range: Range, unit: CostUnit, rowOf: (time: number) => number): Label[] {
  const inside = roundTimes([range.low, range.high]).filter((time) => time > range.low && time < range.high);
  const byNeed = [range.low, range.high, ...powersFirst(inside)];
  const labels: Label[] = [];
  for (const time of byNeed) {
    const at = rowOf(time);
    if (labels.every((label) => Math.abs(label.at - at) > 1))
      labels.push({ at, text: formatCost(time, unit) });
  }
  return labels;
}

/** The places of a series' points, from the smallest size to the largest. */
function placesOf(
  { points }: Series,
  rowOf: (time: number) => number,
  columnOf: (pages: number) => number,
): Place[] {
  const ordered = points.toSorted((a, b) => a.pages - b.pages);
  return ordered.map(({ pages, time }) => ({ row: rowOf(time), column: columnOf(pages) }));
}

/** All series: first the lines between places, then the marks on top of them. */
function plot(
  series: readonly (readonly Place[])[],
  { rows, columns }: { readonly rows: number; readonly columns: number },
): Cell[][] {
  const cells = Array.from({ length: rows }, () => new Array<Cell>(columns).fill({ kind: 'blank' }));
  const change = ({ row, column }: Place, next: (cell: Cell) => Cell) => {
    const line = cells[row] as Cell[];
    line[column] = next(line[column] as Cell);
  };
  for (const [of, places] of series.entries())
    for (const place of places.flatMap((from, index) => placesBetween(from, places[index + 1] ?? from)))
      change(place, (cell) => (cell.kind === 'blank' ? { kind: 'line', of } : cell));
  for (const [of, places] of series.entries())
    for (const place of places)
      change(place, (cell) => {
        const isTaken = cell.kind === 'several' || (cell.kind === 'mark' && cell.of !== of);
        return isTaken ? { kind: 'several' } : { kind: 'mark', of };
      });
  return cells;
}

function placesBetween(from: Place, to: Place): Place[] {
  const [down, right] = [to.row - from.row, to.column - from.column];
  const steps = Math.max(Math.abs(down), Math.abs(right));
  return Array.from({ length: Math.max(0, steps - 1) }, (_, index) => {
    const fraction = (index + 1) / steps;
    return {
      row: Math.round(from.row + fraction * down),
      column: Math.round(from.column + fraction * right),
    };
  });
}

function cellText(cell: Cell, chalk: ChalkInstance): string {
  switch (cell.kind) {
    case 'blank':
      return ' ';
    case 'line':
      return colored(lineMark, cell.of, chalk);
    case 'mark':
      return colored(marks[cell.of] as string, cell.of, chalk);
    case 'several':
      return severalMark;
  }
}

function colored(text: string, series: number, chalk: ChalkInstance): string {
  return chalk[colors[series % colors.length] as (typeof colors)[number]](text);
}

/** The axis with a tick for each labelled size, and the labels below. */
function pagesAxis(
  sizes: readonly number[],
  columnOf: (pages: number) => number,
  { margin, columns }: { readonly margin: number; readonly columns: number },
): string[] {
  const ticks = new Array<string>(columns).fill('─');
  let labels = ' '.repeat(columns);
  for (const { at, text, column } of pageLabelsOf(sizes, columnOf, columns)) {
    ticks[column] = '┬';
    labels = labels.slice(0, at) + text + labels.slice(at + text.length);
  }
  const indent = ' '.repeat(margin + 1);
  return [`${indent}└${ticks.join('')}`, `${pagesLabel.padStart(margin)}  ${labels.trimEnd()}`];
}

/** Sizes below their columns as far as they have room: the first, the last, powers of two, then others. */
function pageLabelsOf(
  sizes: readonly number[],
  columnOf: (pages: number) => number,
  columns: number,
): (Label & { readonly column: number })[] {
  const need = (size: number) =>
    size === sizes[0] || size === sizes.at(-1) ? 2 : Number(Number.isInteger(Math.log2(size)));
  const labels: (Label & { readonly column: number })[] = [];
  for (const size of sizes.toSorted((a, b) => need(b) - need(a))) {
    const text = String(size);
    const column = columnOf(size);
    const at = Math.max(0, Math.min(column - ((text.length - 1) >> 1), columns - text.length));
    const hasRoom = labels.every((label) => at + text.length < label.at || label.at + label.text.length < at);
    if (hasRoom) labels.push({ at, text, column });
  }
  return labels;
}

/** What the marks mean, in as many lines as it takes. */
function legend(
  series: readonly Series[],
  hasSeveral: boolean,
  width: number,
  chalk: ChalkInstance,
): string[] {
  const entries = series.map(({ name }, index) => {
    const mark = colored(marks[index] as string, index, chalk);
    return `${mark} ${shortened(plainText(name), width - 2)}`;
  });
  if (hasSeveral) entries.push(`${severalMark} more than one`);
  const lines: string[] = [];
  for (const entry of entries) {
    const longer = lines.length === 0 ? entry : `${lines.at(-1)}   ${entry}`;
    if (lines.length > 0 && textWidth(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(entry);
  }
  return lines;
}

function shortened(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
}
