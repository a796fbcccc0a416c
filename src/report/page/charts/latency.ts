import type { LatencySummary } from '../../../statistics/latency.ts';
import * as Plot from '../../../vendor/plot.ts';
import { formatTime } from '../../format-time.ts';
import type { Html } from '../html.ts';
import { colors, kindColor } from '../palette.ts';
import { draw, type Size } from './draw.ts';
import { type RowName, rowNames } from './rows.ts';
import { timeAxes } from './time-axis.ts';

/** What is shown of a tail, by the key of a summary. */
export const percentiles = [
  ['p50', 'p50'],
  ['p90', 'p90'],
  ['p99', 'p99'],
  ['p99.9', 'p999'],
  ['max', 'max'],
] as const;

/** The tails of single iterations, a row a case. */
export function latencyChart(rows: readonly (RowName & LatencySummary)[], size: Size): Html {
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
        title: `${row.name}, ${name}: ${formatTime(row[key])}`,
      }))
      .reverse(),
  );
  const axes = timeAxes(
    dots.map(({ time }) => time),
    size,
    'time of one iteration, log scale',
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
