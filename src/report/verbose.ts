import type { ChalkInstance } from 'chalk';
import type { Estimate, MeasuredCase, ResultDocument } from '../results/document.ts';
import { type Outliers, outliersOf } from '../statistics/outliers.ts';
import { splitVariance } from '../statistics/variance-split.ts';
import { formatPercent } from './format-percent.ts';
import { formatIntervals } from './intervals.ts';
import { type Column, lightTable } from './light-table.ts';
import { plainText } from './text.ts';

/** What `--verbose` adds: means, where the variance comes from, and outliers in criterion's classes. */
export function renderVerbose(
  cases: readonly MeasuredCase[],
  elapsed: ResultDocument['elapsed'],
  chalk: ChalkInstance,
): string {
  const samples = cases.map(({ forks }) => forks.map((fork) => fork.samples));
  const splits = samples.map(splitVariance);
  const share = (value: number | undefined) => (value === undefined ? '?' : formatPercent(value));
  const columns: Column[] = [
    { head: 'case', align: 'left', cells: cases.map(({ id }) => plainText(id)) },
    { head: 'mean', align: 'right', cells: meansOf(cases, chalk) },
    { head: 'sd between forks', align: 'right', cells: splits.map((split) => share(split?.between)) },
    { head: 'sd within', align: 'right', cells: splits.map((split) => share(split?.within)) },
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
  const shareOf = (some: number) => `${some} (${((some / outliers.samples) * 100).toFixed(2)}%)`;
  return [
    `${id}: found ${count} outliers among ${outliers.samples} measurements (${((count / outliers.samples) * 100).toFixed(2)}%)`,
    ...found.map(([key, name]) => `  ${shareOf(outliers[key])} ${name}`),
  ];
}
