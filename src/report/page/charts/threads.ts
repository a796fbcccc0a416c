import * as Plot from '../../../vendor/plot.ts';
import { formatRate } from '../../format-rate.ts';
import { countOf } from '../../text.ts';
import type { Html } from '../html.ts';
import { colors } from '../palette.ts';
import type { Scaling } from '../scaling.ts';
import { draw, type Size } from './draw.ts';
import { kindAt } from './symbols.ts';
import { logDomain, logTicks } from './ticks.ts';

/** Throughput by threads, with dashed lines for what perfect scaling would give. */
export function threadsChart(scalings: readonly Scaling[], { width, isWide }: Size): Html {
  const points = scalings.flatMap(({ name, points: all }, index) =>
    all.map((point) => ({ ...kindAt(index, name), ...point })),
  );
  const perfect = scalings.flatMap(({ name, points: [first, ...others] }, index) => {
    const last = others.at(-1);
    if (first === undefined || last === undefined) return [];
    const of = (threads: number) => (first.throughput * threads) / first.threads;
    return [first, last].map(({ threads }) => ({ ...kindAt(index, name), threads, throughput: of(threads) }));
  });
  const ticks = [...new Set(points.map(({ threads }) => threads))];
  const rates = logDomain([...points, ...perfect].map(({ throughput }) => throughput)) ?? [1, 10];
  const rateTicks = logTicks(rates, 8);
  return draw({
    width,
    height: isWide ? 460 : 340,
    marginLeft: isWide ? 96 : 92,
    marginRight: 18,
    marginTop: 26,
    marginBottom: 44,
    x: { type: 'log', base: 2, domain: [...(logDomain(ticks) ?? [1, 2])], label: 'threads, log scale' },
    y: { type: 'log', domain: [...rates], label: 'iterations a second, log scale' },
    marks: [
      Plot.gridX({ ticks, stroke: colors.line, strokeOpacity: 1 }),
      Plot.gridY({ ticks: rateTicks, stroke: colors.line, strokeOpacity: 1 }),
      Plot.axisX({ ticks, text: String, tickSize: 0, labelAnchor: 'center', labelArrow: 'none' }),
      Plot.axisY({ ticks: rateTicks, text: formatRate, tickSize: 0, labelArrow: 'none' }),
      Plot.lineY(perfect, {
        x: 'threads',
        y: 'throughput',
        z: 'name',
        stroke: 'color',
        strokeDasharray: '3 4',
        className: 'perfect',
      }),
      Plot.lineY(points, { x: 'threads', y: 'throughput', z: 'name', stroke: 'color', strokeWidth: 1.5 }),
      Plot.dot(points, {
        x: 'threads',
        y: 'throughput',
        symbol: 'symbol',
        fill: 'color',
        stroke: colors.back,
        strokeWidth: 0.75,
        r: 4.5,
        title: ({ name, threads, throughput }) =>
          `${name}, ${countOf(threads, 'thread')}: ${formatRate(throughput)}`,
        className: 'scaling',
      }),
    ],
    color: { type: 'identity' },
  });
}
