import type { ChalkInstance } from 'chalk';
import {
  type CostUnit,
  displayUnit,
  formatCost,
  formatIn,
  formatPercent,
  formatWith,
} from '../../format/numbers.ts';
import { plainText, textWidth, wrapText } from '../../format/text.ts';
import type { Estimate, MeasuredCase, Phases, ResultDocument } from '../../results/document.ts';
import { latencyBuckets, latencySummary } from '../../statistics/latency.ts';
import { type Outliers, outliersOf } from '../../statistics/tukey.ts';
import { splitVariance } from '../../statistics/variance.ts';
import { merged, renderHistogram } from './histogram.ts';
import { type Column, formatIntervals, lightTable, type RenderOptions } from './light-table.ts';

/** Columns of a bar that is the whole iteration. */
const barWidth = 30;

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of eighths of a block, for a fraction in [0, 1]. */
export function bar(fraction: number, width: number): string {
  const units = Math.round(Math.min(1, Math.max(0, fraction)) * width * 8);
  return '█'.repeat(Math.floor(units / 8)) + (eighths[units % 8] ?? '');
}

/** Each case's steps with their times, fractions and bars. */
export function renderPhases(
  cases: readonly MeasuredCase[],
  chalk: ChalkInstance,
  { width, isBrief = false }: { readonly width: number; readonly isBrief?: boolean },
): string {
  const blocks = cases.flatMap(({ id, phases, estimate: { unit } }) =>
    phases === undefined
      ? []
      : [block(plainText(id), isBrief ? shortened(phases) : phases, { chalk, width, unit })],
  );
  return blocks.join('\n\n');
}

/** From this fraction on the sum of the steps is not the iteration. */
const unlike = 0.1;

const overlapping =
  'the processor runs steps, and the readings between them, in part at once: they need not add up';

type PhaseStep = Phases['steps'][number];

/** Steps on a screen. */
const maxSteps = 12;

/** With the steps of one name as one, and then the cheapest, where there are many. */
function shortened(phases: Phases): Phases {
  if (phases.steps.length <= maxSteps) return phases;
  const names = [...new Set(phases.steps.map(({ name }) => name))];
  const byName = names
    .map((name) => phases.steps.filter((step) => step.name === name))
    .map((steps) => together(steps, `${steps.length} ${steps[0]?.name}`));
  const costs = byName.map(({ point }) => point).sort((a, b) => b - a);
  const least = byName.length <= maxSteps ? 0 : (costs[maxSteps - 2] ?? 0);
  const kept = byName.filter(({ point }) => point >= least);
  const others = byName.filter((step) => !kept.includes(step));
  return { ...phases, steps: [...kept, ...(others.length > 0 ? [together(others, 'others')] : [])] };
}

function together(steps: readonly PhaseStep[], name: string): PhaseStep {
  const sum = (of: 'point' | 'low' | 'high') => steps.reduce((total, step) => total + step[of], 0);
  return { number: 0, name, text: name, point: sum('point'), low: sum('low'), high: sum('high') };
}

function block(
  id: string,
  { steps, reading, iteration }: Phases,
  { chalk, width, unit }: { chalk: ChalkInstance; width: number; unit: CostUnit },
): string {
  const sum = steps.reduce((total, { point }) => total + point, 0);
  const names = steps.map(({ name }) => name);
  const nameWidth = Math.max(...names.map((name) => name.length));
  const times = steps.map(({ point }) => formatWith(Math.max(0, point), displayUnit(sum, unit)));
  const timeWidth = Math.max(...times.map((time) => time.length));
  const lines = steps.map(({ name, point, user }, index) => {
    const fraction = point / sum;
    const percent = `${(fraction * 100).toFixed(0)} %`.padStart(5);
    return `  ${name.padEnd(nameWidth)}  ${times[index]?.padStart(timeWidth)} ${percent}  ${chalk.cyan(bar(fraction, barWidth))}${user === undefined ? '' : `  ${formatIn(user, 'instr')} in user mode`}`;
  });
  const overlap = Math.abs(sum / iteration - 1) > unlike ? ` (${overlapping})` : '';
  const head = `${id}: the steps take ${formatCost(sum, unit)}, ${formatPercent(sum / iteration)} of the iteration${overlap}; ${formatCost(reading, unit)} taken off each for reading the counter`;
  const wrapped = wrapText(head, width, '  ');
  return [chalk.green(id) + wrapped.slice(id.length), ...lines].join('\n');
}

const percentiles = [
  ['p50', 'p50'],
  ['p90', 'p90'],
  ['p99', 'p99'],
  ['p99.9', 'p999'],
  ['max', 'max'],
] as const;

/** A table of as many columns as fit. */
function fitting(columns: readonly Column[], width: number, chalk: ChalkInstance): string {
  const table = lightTable(columns, chalk);
  const [name, ...rest] = columns;
  if (textWidth(table) <= width || name === undefined || rest.length <= minColumns) return table;
  return fitting([name, ...rest.slice(0, -1)], width, chalk);
}

/** Percentiles that are shown in any case. */
const minColumns = 3;

/** Fewer rows show no shape. */
const minRows = 3;

/** The tails of the cases, and a histogram of each. */
export function renderLatency(
  cases: readonly MeasuredCase[],
  chalk: ChalkInstance,
  { width, color, rows }: RenderOptions & { readonly rows?: number | undefined },
): string {
  const known = cases.flatMap(({ id, latency, estimate: { unit } }) =>
    latency === undefined
      ? []
      : [{ id: plainText(id), unit, latency, summary: latencySummary(latency.counts) }],
  );
  if (known.length === 0) return '';
  const columns: Column[] = [
    { head: 'one iteration', align: 'left', cells: known.map(({ id }) => id) },
    ...percentiles.map(
      ([head, key]): Column => ({
        head,
        align: 'right',
        cells: known.map(({ summary, unit }) => formatCost(summary[key], unit)),
      }),
    ),
    { head: 'iterations', align: 'right', cells: known.map(({ summary }) => String(summary.count)) },
  ];
  const histograms = known.map(({ id, unit, latency }) => {
    const buckets = latencyBuckets(latency.counts);
    if (rows === undefined) return `${chalk.green(id)}\n${renderHistogram(buckets, { width, color, unit })}`;
    return rows < minRows ? '' : renderHistogram(merged(buckets, rows), { width, color, unit });
  });
  return [fitting(columns, width, chalk), ...histograms].filter((part) => part !== '').join('\n\n');
}

/** What `--verbose` adds: means, where the variance comes from, and outliers in criterion's classes. */
export function renderVerbose(
  cases: readonly MeasuredCase[],
  elapsed: ResultDocument['elapsed'],
  chalk: ChalkInstance,
): string {
  const samples = cases.map(({ forks }) => forks.map((fork) => fork.samples));
  const splits = samples.map(splitVariance);
  const percentOf = (value: number | undefined) => (value === undefined ? '?' : formatPercent(value));
  const columns: Column[] = [
    { head: 'case', align: 'left', cells: cases.map(({ id }) => plainText(id)) },
    { head: 'mean', align: 'right', cells: meansOf(cases, chalk) },
    { head: 'sd between forks', align: 'right', cells: splits.map((split) => percentOf(split?.between)) },
    { head: 'sd within', align: 'right', cells: splits.map((split) => percentOf(split?.within)) },
    { head: 'samples', align: 'right', cells: samples.map((forks) => String(forks.flat().length)) },
  ];
  const outliers = cases.flatMap(({ id }, index) => outlierLines(plainText(id), samples[index] ?? []));
  return [
    lightTable(columns, chalk),
    ...(outliers.length > 0 ? ['', ...outliers] : []),
    ...(elapsed === undefined ? [] : ['', elapsedLine(elapsed)]),
  ].join('\n');
}

/** How much of a run's time its samples are; the rest starts processes, sets up and warms up. */
function elapsedLine({ total, measuring }: NonNullable<ResultDocument['elapsed']>): string {
  const percent = Math.round((100 * measuring) / total);
  return `${(total / 1000).toFixed(1)} s, ${percent} % of the time was measuring`;
}

function meansOf(cases: readonly MeasuredCase[], chalk: ChalkInstance): string[] {
  const known = cases.flatMap(({ mean }) => mean ?? []);
  const texts = formatIntervals(known satisfies readonly Estimate[], 'full', chalk);
  let next = 0;
  return cases.map(({ mean }) => (mean === undefined ? '?' : (texts[next++] ?? '?')));
}

const classes: readonly [keyof Omit<Outliers, 'samples'>, string][] = [
  ['lowSevere', 'low severe'],
  ['lowMild', 'low mild'],
  ['highMild', 'high mild'],
  ['highSevere', 'high severe'],
];

function outlierLines(id: string, forks: readonly (readonly number[])[]): string[] {
  const outliers = outliersOf(forks);
  const found = classes.filter(([key]) => outliers[key] > 0);
  const count = found.reduce((sum, [key]) => sum + outliers[key], 0);
  if (count === 0) return [];
  const withPercent = (some: number) => `${some} (${((some / outliers.samples) * 100).toFixed(2)}%)`;
  return [
    `${id}: found ${count} outliers among ${outliers.samples} measurements (${((count / outliers.samples) * 100).toFixed(2)}%)`,
    ...found.map(([key, name]) => `  ${withPercent(outliers[key])} ${name}`),
  ];
}
