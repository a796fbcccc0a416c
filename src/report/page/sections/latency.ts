import { latencySummary } from '../../../statistics/latency.ts';
import { formatTime } from '../../format-time.ts';
import { latencyChart, percentiles } from '../charts/latency.ts';
import { colorLegend } from '../charts/symbols.ts';
import { figure } from '../figure.ts';
import { html } from '../html.ts';
import { byTime } from '../input.ts';
import { kindColor } from '../palette.ts';
import type { SectionMaker } from '../section.ts';
import { foldedTable } from '../table.ts';

/** How long the slowest iterations take. */
export const latency: SectionMaker = ({ measured }) => {
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
      ([head, key]) => ({ head, align: 'right', cells: rows.map((row) => formatTime(row[key])) }) as const,
    ),
    { head: 'iterations', align: 'right', cells: rows.map(({ count }) => count) },
  ]);
  return {
    id,
    title: 'Latency',
    how: 'How long single iterations take: the left end of a line is the median, the marks to its right are ever rarer iterations up to the longest one.',
    body: html`${legend}${figure({ section: id, label }, (size) => latencyChart(rows, size))}${figures}`,
  };
};
