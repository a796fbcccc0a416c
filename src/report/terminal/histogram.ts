import { Chalk, type ChalkInstance } from 'chalk';
import { type CostUnit, formatCost, formatPercent } from '../../format/numbers.ts';
import { textWidth } from '../../format/text.ts';

/** How many latencies lie between two bounds, in nanoseconds or instructions. */
export interface Bucket {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** How a histogram may be drawn. */
export interface HistogramOptions {
  readonly color: boolean;
  /** Columns; less than 40 are taken as 40. */
  readonly width: number;
  readonly unit: CostUnit;
}

const minWidth = 40;

/** Columns of the longest bar below which the upper bounds make way for it. */
const minBar = 10;

/** So many empty buckets in a row are left out. */
const manyEmpty = 3;

const gap = '  ';
const leftOut = '…';

/** The parts of a bar's last column, from none to seven eighths. */
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/**
 * Draws a histogram of buckets in ascending order: a line each with its bounds, count, fraction of all and a
 * bar. A line `…` stands for three or more empty buckets in a row, or for a hole between two buckets; empty
 * ones at the ends are left out. A narrow one shows lower bounds only. Without a line end after the last
 * line; empty if all buckets are.
 */
export function renderHistogram(buckets: readonly Bucket[], options: HistogramOptions): string {
  const shown = shownOf(buckets);
  if (shown.length === 0) return '';
  const chalk = new Chalk({ level: options.color ? 1 : 0 });
  const width = Math.max(options.width, minWidth);
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  const [from, to, counts, fractions] = [
    rightAligned(['from', ...shown.map((bucket) => formatCost(bucket.from, options.unit))]),
    rightAligned(['to', ...shown.map((bucket) => formatCost(bucket.to, options.unit))]),
    rightAligned(['count', ...shown.map(({ count }) => String(count))]),
    rightAligned(['of all', ...shown.map(({ count }) => formatPercent(count / total))]),
  ];
  const barRoom = (texts: readonly string[]) => width - textWidth(texts[0] as string) - gap.length;
  const full = joined([from, to, counts, fractions]);
  const texts = barRoom(full) >= minBar ? full : joined([from, counts, fractions]);
  const [head = '', ...rows] = texts;
  const most = Math.max(...shown.map(({ count }) => count));
  const lines = shown.flatMap((bucket, index) => {
    const bar = barOf(bucket.count / most, barRoom(texts), chalk);
    const line = bar === '' ? (rows[index] as string) : `${rows[index]}${gap}${bar}`;
    return isAfterHole(shown[index - 1], bucket) ? [leftOut, line] : [line];
  });
  return [chalk.bold(head), ...lines].join('\n');
}

/** The least fraction of a bucket that is shown by itself: less reads as 0.00 %. */
const minFraction = 0.001;

/**
 * As few buckets as `rows`, with the same counts: what is rare at the ends is in one bucket each, or in its
 * neighbour where it is next to nothing, and those between are as wide as they must be.
 */
export function merged(buckets: readonly Bucket[], rows: number): Bucket[] {
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  const isCommon = ({ count }: Bucket) => count >= minFraction * total;
  const [first, last] = [buckets.findIndex(isCommon), buckets.findLastIndex(isCommon)];
  if (first === -1) return [...together(buckets)];
  const common = buckets.slice(first, last + 1);
  const width = Math.ceil(common.length / Math.max(1, rows - 2));
  const middle = Array.from({ length: Math.ceil(common.length / width) }, (_, index) =>
    common.slice(index * width, (index + 1) * width),
  );
  const [below, above] = [buckets.slice(0, first), buckets.slice(last + 1)];
  const isShown = (part: readonly Bucket[]) =>
    part.some(({ count }) => count > 0) && fractionOf(part, total) >= minFraction;
  if (!isShown(below)) middle[0]?.unshift(...below);
  if (!isShown(above)) middle.at(-1)?.push(...above);
  const parts = [...(isShown(below) ? [below] : []), ...middle, ...(isShown(above) ? [above] : [])];
  return parts.flatMap(together);
}

function fractionOf(part: readonly Bucket[], total: number): number {
  return part.reduce((sum, { count }) => sum + count, 0) / total;
}

/** Buckets as one, from the first to the last that holds anything; none of none. */
function together(part: readonly Bucket[]): Bucket[] {
  const filled = part.filter(({ count }) => count > 0);
  const [first, last] = [filled[0], filled.at(-1)];
  if (first === undefined || last === undefined) return [];
  return [{ from: first.from, to: last.to, count: filled.reduce((sum, { count }) => sum + count, 0) }];
}

/** Without the empty buckets at the ends, and those among many. */
function shownOf(buckets: readonly Bucket[]): Bucket[] {
  const shown: Bucket[] = [];
  let empty: Bucket[] = [];
  for (const bucket of buckets) {
    if (bucket.count === 0) {
      empty.push(bucket);
      continue;
    }
    if (shown.length > 0 && empty.length < manyEmpty) shown.push(...empty);
    shown.push(bucket);
    empty = [];
  }
  return shown;
}

function isAfterHole(previous: Bucket | undefined, bucket: Bucket): boolean {
  return previous !== undefined && previous.to < bucket.from;
}

function rightAligned(cells: readonly string[]): string[] {
  const width = Math.max(...cells.map(textWidth));
  return cells.map((cell) => cell.padStart(width));
}

/** Columns side by side. */
function joined(columns: readonly (readonly string[])[]): string[] {
  return (columns[0] ?? []).map((_, row) => columns.map((cells) => cells[row]).join(gap));
}

/** A fraction of `room` columns, to the eighth; never nothing for something. */
function barOf(fraction: number, room: number, chalk: ChalkInstance): string {
  if (fraction === 0 || room < 1) return '';
  const parts = Math.max(1, Math.round(fraction * room * 8));
  return chalk.cyan('█'.repeat(parts >> 3) + eighths[parts & 7]);
}
