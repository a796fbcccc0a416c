import type { ChalkInstance } from 'chalk';
import type { MeasuredCase } from '../results/document.ts';
import { latencyBuckets, latencySummary } from '../statistics/latency.ts';
import { formatTime } from './format-time.ts';
import { type HistogramOptions, merged, renderHistogram } from './histogram.ts';
import { type Column, lightTable } from './light-table.ts';
import { plainText, textWidth } from './text.ts';

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
  if (textWidth(table) <= width || name === undefined || rest.length <= leastColumns) return table;
  return fitting([name, ...rest.slice(0, -1)], width, chalk);
}

/** Percentiles that are shown in any case. */
const leastColumns = 3;

/** Fewer rows show no shape. */
const leastRows = 3;

/** The tails of the cases, and a histogram of each. */
export function renderLatency(
  cases: readonly MeasuredCase[],
  chalk: ChalkInstance,
  { width, color, rows }: HistogramOptions & { readonly rows?: number | undefined },
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
  const histograms = known.map(({ id, latency }) => {
    const buckets = latencyBuckets(latency.counts);
    if (rows === undefined) return `${chalk.green(id)}\n${renderHistogram(buckets, { width, color })}`;
    return rows < leastRows ? '' : renderHistogram(merged(buckets, rows), { width, color });
  });
  return [fitting(columns, width, chalk), ...histograms].filter((part) => part !== '').join('\n\n');
}
