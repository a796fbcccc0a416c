import { formatPercent } from '../../format-percent.ts';
import { formatRate } from '../../format-rate.ts';
import { formatTime } from '../../format-time.ts';
import { kindAt, symbolLegend } from '../charts/symbols.ts';
import { threadsChart } from '../charts/threads.ts';
import { figure } from '../figure.ts';
import { html } from '../html.ts';
import { scalingsOf } from '../scaling.ts';
import type { SectionMaker } from '../section.ts';
import { foldedTable } from '../table.ts';

/** What more threads get done. */
export const threads: SectionMaker = ({ measured }) => {
  const scalings = scalingsOf(measured);
  if (scalings.length === 0) return undefined;
  const id = 'threads';
  const label = 'Iterations a second of all threads together, by threads';
  const rows = scalings.flatMap(({ name, points }) =>
    points.map((point) => {
      const [first = point] = points;
      const perfect = (first.throughput * point.threads) / first.threads;
      return { name, ...point, efficiency: point.throughput / perfect };
    }),
  );
  const figures = foldedTable('The figures: every number of threads', [
    { head: 'strategy', align: 'left', cells: rows.map(({ name }) => name) },
    { head: 'threads', align: 'right', cells: rows.map((row) => row.threads) },
    { head: 'time/iteration', align: 'right', cells: rows.map(({ time }) => formatTime(time)) },
    { head: 'throughput', align: 'right', cells: rows.map(({ throughput }) => formatRate(throughput)) },
    {
      head: 'of perfect scaling',
      align: 'right',
      cells: rows.map(({ efficiency }) => formatPercent(efficiency)),
    },
  ]);
  const legend = symbolLegend(scalings.map(({ name }, index) => kindAt(index, name)));
  return {
    id,
    title: 'Thread scaling',
    how: 'Iterations a second of all threads together, as each thread takes an iteration’s time; a strategy that scales stays on its dashed line, one that waits for a lock falls below it.',
    body: html`${legend}${figure({ section: id, label }, (size) => threadsChart(scalings, size))}${figures}`,
  };
};
