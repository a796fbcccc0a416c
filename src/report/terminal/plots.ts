import { Chalk, type ChalkInstance } from 'chalk';
import type { NamedDocument } from '../../comparison/matrix.ts';
import { type CostUnit, formatCost } from '../../format/numbers.ts';
import { plainText, shortenMiddle, textWidth, wrapText } from '../../format/text.ts';
import { costUnitOf, type MeasuredCase, type ResultDocument } from '../../results/document.ts';
import { type Box, boxOf } from '../../statistics/tukey.ts';
import { caseLabels } from '../facts.ts';
import type { RenderOptions } from './light-table.ts';
import { type TimeAxis, timeAxisOf } from './time-axis.ts';

/** A line of a box plot. */
export interface BoxRow {
  /** From left to right; the first is left out where the line above has the same. As many in all rows. */
  readonly labels: readonly string[];
  /** ns */
  readonly box: Box;
  /** Counted from 0: rows of one series have one colour. */
  readonly series: number;
}

const minWidth = 40;
const gap = '  ';

/** Of the width, that all labels may take. */
const maxLabels = 0.45;

const colors = ['cyan', 'magenta', 'yellow', 'green', 'blue', 'red'] as const;

const marks = {
  grid: '·',
  whisker: '─',
  low: '├',
  high: '┤',
  box: '█',
  median: '│',
  mild: '∘',
  severe: '•',
  before: '‹',
  beyond: '›',
} as const;

type Mark = keyof typeof marks;

/** How a plot may be drawn. */
export interface PlotOptions extends RenderOptions {
  readonly unit: CostUnit;
}

/**
 * Draws boxes one below the other on one axis of time, each a line with its labels; none needs colour to be
 * read. Below them the axis and what the marks mean. At least 40 columns wide; without a line end after the
 * last line; empty without rows.
 */
export function renderBoxPlot(rows: readonly BoxRow[], options: PlotOptions): string {
  if (rows.length === 0) return '';
  const chalk = new Chalk({ level: options.color ? 1 : 0 });
  const width = Math.max(options.width, minWidth);
  const margins = marginsOf(rows, width);
  const columns = width - margins.reduce((sum, margin) => sum + margin + gap.length, 0);
  const boxes = rows.map(({ box }) => box);
  const axis = timeAxisOf(boxes, options.unit, columns);
  const lines = rows.map(({ labels, box, series }, index) => {
    const isRepeated = index > 0 && labels.length > 1 && rows[index - 1]?.labels[0] === labels[0];
    const shown = labels.map((label, place) => (isRepeated && place === 0 ? '' : plainText(label)));
    const texts = shown.map((label, place) => {
      const margin = margins[place] ?? 0;
      return shortenMiddle(label, margin).padEnd(margin) + gap;
    });
    return (texts.join('') + drawn(cellsOf(box, axis), series, chalk)).trimEnd();
  });
  const indent = ' '.repeat(width - columns);
  return [
    ...lines,
    ...axisLines(axis).map((line) => indent + chalk.dim(line)),
    '',
    wrapText(legendOf(boxes, axis, options.unit), width),
  ].join('\n');
}

/** Columns of the labels: what the longest take, as far as there is room; the last have theirs first. */
function marginsOf(rows: readonly BoxRow[], width: number): number[] {
  const places = rows[0]?.labels.length ?? 0;
  let room = Math.floor(width * maxLabels) - gap.length * places;
  const margins: number[] = [];
  for (let place = places - 1; place >= 0; place--) {
    const wanted = Math.max(...rows.map(({ labels }) => textWidth(plainText(labels[place] ?? ''))));
    const margin = Math.min(wanted, Math.floor(room / (place + 1)));
    margins.unshift(margin);
    room -= margin;
  }
  return margins;
}

/** What a box shows at each column; blank is undefined. */
function cellsOf({ low, high, quartiles, median, mild, severe }: Box, axis: TimeAxis): (Mark | undefined)[] {
  const cells = new Array<Mark | undefined>(axis.columns).fill(undefined);
  const draw = (mark: Mark, from: number, to = from) => {
    for (let column = axis.columnOf(from); column <= axis.columnOf(to); column++) cells[column] = mark;
  };
  for (const { column } of axis.ticks) cells[column] = 'grid';
  const drawOutlier = (mark: Mark, time: number) => {
    const column = axis.columnOf(time);
    if (column < 0) cells[0] = 'before';
    else if (column >= axis.columns) cells[axis.columns - 1] = 'beyond';
    else cells[column] = mark;
  };
  for (const time of mild) drawOutlier('mild', time);
  for (const time of severe) drawOutlier('severe', time);
  draw('whisker', low, high);
  draw('low', low);
  draw('high', high);
  draw('box', ...quartiles);
  draw('median', median);
  return cells;
}

function drawn(cells: readonly (Mark | undefined)[], series: number, chalk: ChalkInstance): string {
  const color = chalk[colors[series % colors.length] as (typeof colors)[number]];
  const styles: Partial<Record<Mark, ChalkInstance>> = { grid: chalk.dim, median: color.bold };
  const last = cells.findLastIndex((mark) => mark !== undefined);
  return cells
    .slice(0, last + 1)
    .map((mark) => (mark === undefined ? ' ' : (styles[mark] ?? color)(marks[mark])))
    .join('');
}

/** The axis with a tick for each label, and the labels below. */
function axisLines({ columns, ticks }: TimeAxis): string[] {
  const line = new Array<string>(columns).fill('─');
  for (const { column } of ticks) line[column] = '┴';
  const labels = ticks.reduce((text, { at, label }) => text.padEnd(at) + label, '');
  return [line.join(''), labels];
}

/** What the marks mean, of those that are there. */
function legendOf(boxes: readonly Box[], { low, high, columnOf, columns }: TimeAxis, unit: CostUnit): string {
  const mild = boxes.flatMap((box) => box.mild);
  const severe = boxes.flatMap((box) => box.severe);
  const outliers = [...mild, ...severe];
  const isOn = (time: number) => columnOf(time) >= 0 && columnOf(time) < columns;
  const before = outliers.filter((time) => columnOf(time) < 0);
  const beyond = outliers.filter((time) => columnOf(time) >= columns);
  return [
    `${marks.box} quartiles`,
    `${marks.median} median`,
    `${marks.low} ${marks.high} most extreme samples within 1.5 interquartile ranges`,
    ...(mild.some(isOn) ? [`${marks.mild} further out`] : []),
    ...(severe.some(isOn) ? [`${marks.severe} beyond 3 ranges`] : []),
    ...(before.length > 0
      ? [
          `${marks.before} below ${formatCost(low, unit)}, down to ${formatCost(
            before.reduce((a, b) => Math.min(a, b)),
            unit,
          )}`,
        ]
      : []),
    ...(beyond.length > 0
      ? [
          `${marks.beyond} above ${formatCost(high, unit)}, up to ${formatCost(
            beyond.reduce((a, b) => Math.max(a, b)),
            unit,
          )}`,
        ]
      : []),
  ].join(', ');
}

/** A box a case, over the samples of all its forks. Empty if nothing was measured. */
export function renderPlot(cases: readonly MeasuredCase[], options: RenderOptions): string {
  const labels = caseLabels(cases.map(({ id }) => id));
  const rows = cases.map(
    (each, index): BoxRow => ({ labels: [labels[index] ?? ''], box: boxOfCase(each), series: 0 }),
  );
  return withRemark(rows, cases, options);
}

/**
 * The boxes of a case in several documents, one below the other; cases that were measured in one document
 * only are left out. Empty if there is none.
 */
export function renderComparedPlot(documents: readonly NamedDocument[], options: RenderOptions): string {
  const found = documents.flatMap(({ name, document }, series) =>
    measuredOf(document).map((each) => ({ name, series, each })),
  );
  const ids = [...new Set(found.map(({ each }) => each.id))];
  const groups = ids
    .map((id) => found.filter(({ each }) => each.id === id))
    .filter(({ length }) => length > 1);
  const labels = caseLabels(groups.flatMap(([first]) => first?.each.id ?? []));
  const rows = groups.flatMap((group, index) =>
    group.map(
      ({ name, series, each }): BoxRow => ({
        labels: [labels[index] ?? '', name],
        box: boxOfCase(each),
        series,
      }),
    ),
  );
  return withRemark(
    rows,
    groups.flat().map(({ each }) => each),
    options,
  );
}

function measuredOf({ cases }: ResultDocument): MeasuredCase[] {
  return cases.filter((each) => each.status === 'measured');
}

const samplesOf = ({ forks }: MeasuredCase) => forks.flatMap(({ samples }) => samples);

/** A case of which there are no samples is drawn as its estimate. */
function boxOfCase(measured: MeasuredCase): Box {
  const samples = samplesOf(measured);
  return boxOf(samples.length > 0 ? samples : [measured.estimate.point]);
}

function withRemark(rows: readonly BoxRow[], cases: readonly MeasuredCase[], options: RenderOptions): string {
  const bare = new Set(cases.filter((each) => samplesOf(each).length === 0).map(({ id }) => plainText(id)));
  const plot = renderBoxPlot(rows, { ...options, unit: costUnitOf(cases) });
  if (bare.size === 0) return plot;
  return `${plot}\n${wrapText(`no samples, so the estimate alone: ${[...bare].join(', ')}`, options.width)}`;
}
