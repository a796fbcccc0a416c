import { type CostUnit, formatCost } from '../../../format/numbers.ts';
import { type LatencySummary, latencySummary } from '../../../statistics/latency.ts';
import * as Plot from '../../../vendor/plot.ts';
import { costAxes } from '../kit/axis.ts';
import { draw, figure, type RowName, rowNames, type Size } from '../kit/draw.ts';
import { type Html, html } from '../kit/html.ts';
import { byTime, type SectionMaker } from '../kit/input.ts';
import { colorLegend, colors, kindColor } from '../kit/symbols.ts';
import { foldedTable } from '../kit/table.ts';

/** What is shown of a tail, by the key of a summary. */
const percentiles = [
  ['p50', 'p50'],
  ['p90', 'p90'],
  ['p99', 'p99'],
  ['p99.9', 'p999'],
  ['max', 'max'],
] as const;

/** The tails of single iterations, a row a case. */
function latencyChart(rows: readonly (RowName & LatencySummary)[], unit: CostUnit, size: Size): Html {
  const names = rowNames(rows, size);
  // A reading of the counter is taken off, which can leave nothing.
  const shown = (time: number) => Math.max(1, time);
  // The median last, which is drawn over the others where they are equal.
  const dots = rows.flatMap((row) =>
    percentiles
      .map(([name, key], index) => ({
        key: row.key,
        time: shown(row[key]),
        color: kindColor(index),
        title: `${row.name}, ${name}: ${formatCost(row[key], unit)}`,
      }))
      .reverse(),
  );
  const axes = costAxes(
    dots.map(({ time }) => time),
    unit,
    size,
    'of one iteration, log scale',
  );
  return draw({
    width: size.width,
    height: rows.length * 24 + 76,
    marginLeft: names.marginLeft,
    marginRight: 18,
    marginTop: 30,
    marginBottom: 42,
    x: axes.scale,
    y: { type: 'point', domain: [...names.domain], padding: 0.7 },
    marks: [
      ...axes.marks,
      Plot.axisY({ label: null, tickSize: 0, tickFormat: names.tickFormat }),
      Plot.ruleY(rows, {
        y: 'key',
        x1: ({ p50 }) => shown(p50),
        x2: ({ max }) => shown(max),
        stroke: colors.other,
        strokeWidth: 1.5,
      }),
      Plot.dot(dots, {
        y: 'key',
        x: 'time',
        r: 4.5,
        fill: 'color',
        stroke: colors.back,
        strokeWidth: 1,
        title: 'title',
        className: 'percentile',
      }),
    ],
    color: { type: 'identity' },
  });
}

/** How long the slowest iterations take. */
export const latency: SectionMaker = ({ measured, unit }) => {
  const rows = byTime(measured).flatMap(({ key, name, result }) =>
    result.latency === undefined || result.latency.counts.length === 0
      ? []
      : [{ key, name, ...latencySummary(result.latency.counts) }],
  );
  if (rows.length === 0) return undefined;
  const id = 'latency';
  const label = 'Percentiles of the times of single iterations, a row a case';
  const legend = colorLegend(percentiles.map(([name], index) => [name, kindColor(index)] as const));
  const figures = foldedTable('The figures: percentiles', [
    { head: 'case', align: 'left', cells: rows.map(({ name }) => name) },
    ...percentiles.map(
      ([head, key]) =>
        ({ head, align: 'right', cells: rows.map((row) => formatCost(row[key], unit)) }) as const,
    ),
    { head: 'iterations', align: 'right', cells: rows.map(({ count }) => count) },
  ]);
  return {
    id,
    title: 'Latency',
    how: 'How long single iterations take: the left end of a line is the median, the marks to its right are ever rarer iterations up to the longest one.',
    body: html`${legend}${figure({ section: id, label }, (size) => latencyChart(rows, unit, size))}${figures}`,
  };
};
