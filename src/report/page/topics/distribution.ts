import { type CostUnit, formatCost, formatPercent } from '../../../format/numbers.ts';
import { countOf } from '../../../format/text.ts';
import { densityOf } from '../../../statistics/density.ts';
import { median, quantileOfSorted, sorted } from '../../../statistics/descriptive.ts';
import * as Plot from '../../../vendor/plot.ts';
import { logTicks, orderScale } from '../kit/axis.ts';
import { draw, figure, rowNames, type Size } from '../kit/draw.ts';
import { type Html, html } from '../kit/html.ts';
import { byTime, type SectionMaker, type ShownCase } from '../kit/input.ts';
import { colors, orderColor } from '../kit/symbols.ts';
import { foldedTable } from '../kit/table.ts';

/** How much of a row's height the dots of the forks are spread over. */
const spread = 0.8;

/** Densities below this, of the greatest, are as thin as a line and left out. */
const minDensity = 0.02;

/** Densities of samples, a row a case, with forks' medians as dots. */
function violinsChart({ rows, range }: Violins, unit: CostUnit, size: Size): Html {
  const names = rowNames(rows, size);
  const ticks = logTicks(range, size.isWide ? 9 : 4);
  const shapes = rows.flatMap(({ key, shape, ...row }) =>
    shape.map(({ ratio, density }) => ({
      key,
      ratio,
      density: density < minDensity ? Number.NaN : density,
      title: describe(row, unit),
    })),
  );
  const dots = rows.flatMap((row) => dotsOf(row, range, unit));
  const percent = (ratio: number) => `${ratio > 1 ? '+' : ''}${Number(((ratio - 1) * 100).toFixed(1))} %`;
  const axis = { ticks, text: percent, tickSize: 0 };
  return draw({
    width: size.width,
    height: rows.length * 36 + 76,
    marginLeft: names.marginLeft,
    marginRight: size.isWide ? 84 : 14,
    marginTop: 30,
    marginBottom: 42,
    x: { type: 'log', domain: [...range], label: 'against the case’s median, log scale' },
    y: { domain: [-1.2, 1.2], axis: null },
    fy: { domain: [...names.domain], padding: 0 },
    marks: [
      Plot.gridX({ ticks, stroke: colors.line, strokeOpacity: 1 }),
      Plot.axisX({ ...axis, anchor: 'top', label: null }),
      Plot.axisX({ ...axis, anchor: 'bottom', labelAnchor: 'center', labelArrow: 'none' }),
      Plot.axisFy({ label: null, anchor: 'left', tickFormat: names.tickFormat, textAnchor: 'end', dx: -6 }),
      Plot.areaY(shapes, {
        fy: 'key',
        x: 'ratio',
        y1: ({ density }) => -density,
        y2: 'density',
        z: 'key',
        fill: colors.other,
        fillOpacity: 0.3,
        stroke: colors.other,
        strokeWidth: 1,
        title: 'title',
        className: 'violin',
      }),
      Plot.dot(dots, {
        fy: 'key',
        x: 'ratio',
        y: 'place',
        r: size.isWide ? 3 : 2.4,
        fill: 'color',
        stroke: colors.back,
        strokeWidth: 0.5,
        title: 'title',
        className: 'fork',
      }),
      ...(size.isWide
        ? [
            Plot.text(rows, {
              fy: 'key',
              frameAnchor: 'right',
              textAnchor: 'start',
              dx: 10,
              text: (row: Violin) => formatCost(row.median, unit),
              fontVariant: 'tabular-nums',
            }),
          ]
        : []),
    ],
    color: { type: 'identity' },
  });
}

/** The forks' medians from top to bottom; those beyond the range stand at its end. */
function dotsOf({ key, median, forks }: Violin, [low, high]: Violins['range'], unit: CostUnit) {
  return forks.map((time, index) => ({
    key,
    ratio: Math.min(high, Math.max(low, time / median)),
    place: forks.length < 2 ? 0 : spread * (1 - (2 * index) / (forks.length - 1)),
    color: orderColor(index, forks.length),
    title: `fork ${index + 1}: ${formatCost(time, unit)}`,
  }));
}

function describe({ name, count, ...of }: Omit<Violin, 'key' | 'shape'>, unit: CostUnit): string {
  const [middle, p25, p75] = [of.median, of.p25, of.p75].map((cost) => formatCost(cost, unit));
  return `${name}: ${countOf(count, 'sample')}, median ${middle}, half of them from ${p25} to ${p75}`;
}

/** A case's samples as a shape. In nanoseconds or instructions. */
interface Violin {
  readonly key: string;
  readonly name: string;
  readonly count: number;
  readonly p01: number;
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
  readonly p99: number;
  /** Each fork's median, in the order in which they were measured. */
  readonly forks: readonly number[];
  /**
   * Ratios to the median with their densities, of which the greatest is 1; none where all samples are equal.
   */
  readonly shape: readonly { readonly ratio: number; readonly density: number }[];
  /** The fraction of the samples beyond the range that is shown. */
  readonly outside: number;
}

/** The shapes of several cases over a common range of ratios to their medians. */
interface Violins {
  readonly rows: readonly Violin[];
  readonly range: readonly [number, number];
}

const places = 96;

/** Ratios that are shown at least, and at most: beyond are outliers that would flatten all shapes. */
const minRange = 1.03;
const maxRange = 8;

/** The fraction of the cases whose whole bulk is shown; a few wild ones may be cut. */
const fractionShown = 0.95;

/** The shapes of the cases that have samples; samples of 0 have no logarithm and are passed over. */
function violinsOf(cases: readonly ShownCase[]): Violins {
  const measured = cases.flatMap(({ key, name, result }) => {
    const forks = result.forks.map(({ samples }) => samples.filter((sample) => sample > 0));
    const known = forks.filter(({ length }) => length > 0);
    return known.length === 0 ? [] : [{ key, name, forks: known, ordered: sorted(known.flat()) }];
  });
  const range = rangeOf(measured.map(({ ordered }) => ordered));
  const [from, to] = [Math.log(range[0]), Math.log(range[1])];
  const rows = measured.map(({ key, name, forks, ordered }): Violin => {
    const at = (probability: number) => quantileOfSorted(ordered, probability);
    const middle = at(0.5);
    const ratios = Array.from(ordered, (sample) => Math.log(sample / middle));
    const density = densityOf(ratios, { from, to, places }) ?? [];
    const top = Math.max(...density.map((point) => point.density), Number.MIN_VALUE);
    return {
      key,
      name,
      count: ordered.length,
      ...{ p01: at(0.01), p25: at(0.25), median: middle, p75: at(0.75), p99: at(0.99) },
      forks: forks.map(median),
      shape: density.map((point) => ({ ratio: Math.exp(point.at), density: point.density / top })),
      outside: ratios.filter((ratio) => ratio < from || ratio > to).length / ratios.length,
    };
  });
  return { rows, range };
}

/** The range that holds the bulk of most cases. */
function rangeOf(cases: readonly Float64Array[]): [number, number] {
  if (cases.length === 0) return [1, 1];
  const reachOf = (probability: number) => {
    const reaches = cases.map((ordered) =>
      Math.abs(Math.log(quantileOfSorted(ordered, probability) / quantileOfSorted(ordered, 0.5))),
    );
    const reach = Math.exp(1.3 * quantileOfSorted(sorted(reaches), fractionShown));
    return Math.min(maxRange, Math.max(minRange, reach));
  };
  return [1 / reachOf(0.03), reachOf(0.95)];
}

/** How samples are distributed in each case, and where each fork lies. */
export const distribution: SectionMaker = ({ measured, unit }) => {
  const violins = violinsOf(byTime(measured));
  if (violins.rows.length === 0) return undefined;
  const id = 'distribution';
  const label = 'Density of the samples of each case against its median, with the median of each fork';
  const { rows } = violins;
  const at = (key: 'p01' | 'p25' | 'median' | 'p75' | 'p99') =>
    ({ head: key, align: 'right', cells: rows.map((row) => formatCost(row[key], unit)) }) as const;
  const figures = foldedTable('The figures: quantiles of the samples', [
    { head: 'case', align: 'left', cells: rows.map(({ name }) => name) },
    { head: 'forks', align: 'right', cells: rows.map(({ forks }) => forks.length) },
    { head: 'samples', align: 'right', cells: rows.map(({ count }) => count) },
    at('p01'),
    at('p25'),
    at('median'),
    at('p75'),
    at('p99'),
    { head: 'not shown', align: 'right', cells: rows.map(({ outside }) => formatPercent(outside)) },
  ]);
  return {
    id,
    title: 'Distribution',
    how: 'Each shape is the density of a case’s samples against its own median on a logarithmic axis; each dot is a child process at its median, the first one on top, so that dots in a slant are drift and dots in two heaps are two states.',
    body: html`${orderScale('fork', 'first', 'last')}${figure({ section: id, label }, (size) => violinsChart(violins, unit, size))}${figures}`,
  };
};
