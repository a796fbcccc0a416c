import type { ChalkInstance } from 'chalk';
import type { MeasuredCase } from '../results/document.ts';
import { latencyBuckets, latencySummary } from '../statistics/latency.ts';
import { formatTime } from './format-time.ts';
import { renderHistogram } from './histogram.ts';
import { type Column, lightTable } from './light-table.ts';
import { plainText } from './text.ts';

const percentiles = [
  ['p50', 'p50'],
  ['p90', 'p90'],
  ['p99', 'p99'],
  ['p99.9', 'p999'],
  ['max', 'max'],
] as const;

/** The tails of the cases, and a histogram of each. */
export function renderLatency(
  cases: readonly MeasuredCase[],
  chalk: ChalkInstance,
  { width, color }: { readonly width: number; readonly color: boolean },
): string {
  const known = cases.flatMap(({ id, latency }) =>
    latency === undefined ? [] : [{ id: plainText(id), latency, summary: latencySummary(latency.counts) }],
  );
  if (known.length === 0) return '';
  const columns: Column[] = [
    { head: 'one iteration', align: 'left', cells: known.map(({ id }) => id) },
    ...percentiles.map(
      ([head, key]): Column => ({
        head,
        align: 'right',
        cells: known.map(({ summary }) => formatTime(summary[key])),
      }),
    ),
    { head: 'iterations', align: 'right', cells: known.map(({ summary }) => String(summary.count)) },
  ];
  const histograms = known.map(
    ({ id, latency }) =>
      `${chalk.green(id)}\n${renderHistogram(latencyBuckets(latency.counts), { width, color })}`,
  );
  return [lightTable(columns, chalk), ...histograms].join('\n\n');
}
