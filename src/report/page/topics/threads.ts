import { groupsBut, throughputOf } from '../../../comparison/sweeps.ts';
import { formatPercent, formatRate, formatTime } from '../../../format/numbers.ts';
import { countOf } from '../../../format/text.ts';
import * as Plot from '../../../vendor/plot.ts';
import { caseLabels } from '../../facts.ts';
import { logDomain, logTicks } from '../kit/axis.ts';
import { draw, figure, type Size } from '../kit/draw.ts';
import { type Html, html } from '../kit/html.ts';
import type { SectionMaker, ShownCase } from '../kit/input.ts';
import { colors, kindAt, symbolLegend } from '../kit/symbols.ts';
import { foldedTable } from '../kit/table.ts';

/** Throughput by threads, with dashed lines for what perfect scaling would give. */
function threadsChart(scalings: readonly Scaling[], { width, isWide }: Size): Html {
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

/** A strategy over numbers of threads. */
interface Scaling {
  readonly name: string;
  /** In ascending order of the threads: two at least. */
  readonly points: readonly ScalingPoint[];
}

/** What so many threads get done. */
interface ScalingPoint {
  readonly threads: number;
  /** Nanoseconds an iteration of one thread. */
  readonly time: number;
  /** Iterations a second of all loading threads together. */
  readonly throughput: number;
}

/** The cases that differ in their threads only, in groups of two numbers at least. */
function scalingsOf(cases: readonly ShownCase[]): Scaling[] {
  const groups = groupsBut(
    cases.map(({ result }) => result),
    'threads',
  );
  const labels = caseLabels([...groups.keys()]);
  return [...groups].flatMap(([id, group], index): Scaling[] => {
    const points = new Map<number, ScalingPoint>();
    for (const each of group) {
      const time = each.estimate.point;
      if (time > 0) points.set(each.threads, { threads: each.threads, time, throughput: throughputOf(each) });
    }
    if (points.size < 2) return [];
    const name = labels[index] ?? id;
    return [{ name, points: [...points.values()].sort((a, b) => a.threads - b.threads) }];
  });
}

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
