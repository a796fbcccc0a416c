import { groupsBut, throughputOf } from '../../../comparison/sweeps.ts';
import { formatPercent, formatRate, formatTime } from '../../../format/numbers.ts';
import * as Plot from '../../../vendor/plot.ts';
import { caseLabels } from '../../facts.ts';
import { logDomain, logTicks } from '../kit/axis.ts';
import { draw, figure, type Size } from '../kit/draw.ts';
import { type Html, html } from '../kit/html.ts';
import type { SectionMaker, ShownCase } from '../kit/input.ts';
import { colors, kindAt, symbolLegend } from '../kit/symbols.ts';
import { foldedTable } from '../kit/table.ts';

/** What there is more and more of. */
interface Setting {
  readonly name: 'threads' | 'processes';
  readonly one: string;
  readonly title: string;
}

/** Throughput by threads or processes, with dashed lines for what perfect scaling would give. */
function scalingChart(scalings: readonly Scaling[], setting: Setting, { width, isWide }: Size): Html {
  const points = scalings.flatMap(({ name, points: all }, index) =>
    all.map((point) => ({ ...kindAt(index, name), ...point })),
  );
  const perfect = scalings.flatMap(({ name, points: [first, ...others] }, index) => {
    const last = others.at(-1);
    if (first === undefined || last === undefined) return [];
    const of = (count: number) => (first.throughput * count) / first.count;
    return [first, last].map(({ count }) => ({ ...kindAt(index, name), count, throughput: of(count) }));
  });
  const ticks = [...new Set(points.map(({ count }) => count))];
  const rates = logDomain([...points, ...perfect].map(({ throughput }) => throughput)) ?? [1, 10];
  const rateTicks = logTicks(rates, 8);
  return draw({
    width,
    height: isWide ? 460 : 340,
    marginLeft: isWide ? 96 : 92,
    marginRight: 18,
    marginTop: 26,
    marginBottom: 44,
    x: {
      type: 'log',
      base: 2,
      domain: [...(logDomain(ticks) ?? [1, 2])],
      label: `${setting.name}, log scale`,
    },
    y: { type: 'log', domain: [...rates], label: 'iterations a second, log scale' },
    marks: [
      Plot.gridX({ ticks, stroke: colors.line, strokeOpacity: 1 }),
      Plot.gridY({ ticks: rateTicks, stroke: colors.line, strokeOpacity: 1 }),
      Plot.axisX({ ticks, text: String, tickSize: 0, labelAnchor: 'center', labelArrow: 'none' }),
      Plot.axisY({ ticks: rateTicks, text: formatRate, tickSize: 0, labelArrow: 'none' }),
      Plot.lineY(perfect, {
        x: 'count',
        y: 'throughput',
        z: 'name',
        stroke: 'color',
        strokeDasharray: '3 4',
        className: 'perfect',
      }),
      Plot.lineY(points, { x: 'count', y: 'throughput', z: 'name', stroke: 'color', strokeWidth: 1.5 }),
      Plot.dot(points, {
        x: 'count',
        y: 'throughput',
        symbol: 'symbol',
        fill: 'color',
        stroke: colors.back,
        strokeWidth: 0.75,
        r: 4.5,
        title: ({ name, count, throughput }) =>
          `${name}, ${count} ${count === 1 ? setting.one : setting.name}: ${formatRate(throughput)}`,
        className: 'scaling',
      }),
    ],
    color: { type: 'identity' },
  });
}

/** A strategy over numbers of threads or processes. */
interface Scaling {
  readonly name: string;
  /** In ascending order: two at least. */
  readonly points: readonly ScalingPoint[];
}

/** What so many get done. */
interface ScalingPoint {
  readonly count: number;
  /** Nanoseconds an iteration of one of them. */
  readonly time: number;
  /** Iterations a second of all of them together. */
  readonly throughput: number;
}

/** The cases that differ in that setting only, in groups of two numbers at least. */
function scalingsOf(cases: readonly ShownCase[], setting: Setting['name']): Scaling[] {
  const groups = groupsBut(
    cases.map(({ result }) => result),
    setting,
  );
  const labels = caseLabels([...groups.keys()]);
  return [...groups].flatMap(([id, group], index): Scaling[] => {
    const points = new Map<number, ScalingPoint>();
    for (const each of group) {
      const time = each.estimate.point;
      const count = each[setting] ?? 1;
      if (time > 0) points.set(count, { count, time, throughput: throughputOf(each) });
    }
    if (points.size < 2) return [];
    const name = labels[index] ?? id;
    return [{ name, points: [...points.values()].sort((a, b) => a.count - b.count) }];
  });
}

/** What more threads get done, which share an address space. */
export const threads = sectionFor({ name: 'threads', one: 'thread', title: 'Thread scaling' });

/** What more processes get done, each with an address space of its own. */
export const processes = sectionFor({ name: 'processes', one: 'process', title: 'Process scaling' });

function sectionFor(setting: Setting): SectionMaker {
  return ({ measured }) => {
    const scalings = scalingsOf(measured, setting.name);
    if (scalings.length === 0) return undefined;
    const id = setting.name;
    const label = `Iterations a second of all ${id} together, by ${id}`;
    const rows = scalings.flatMap(({ name, points }) =>
      points.map((point) => {
        const [first = point] = points;
        const perfect = (first.throughput * point.count) / first.count;
        return { name, ...point, efficiency: point.throughput / perfect };
      }),
    );
    const figures = foldedTable(`The figures: every number of ${id}`, [
      { head: 'strategy', align: 'left', cells: rows.map(({ name }) => name) },
      { head: id, align: 'right', cells: rows.map((row) => row.count) },
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
      title: setting.title,
      how: `Iterations a second of all ${id} together, as each ${setting.one} takes an iteration’s time; a strategy that scales stays on its dashed line, one that waits for a lock falls below it.`,
      body: html`${legend}${figure({ section: id, label }, (size) => scalingChart(scalings, setting, size))}${figures}`,
    };
  };
}
