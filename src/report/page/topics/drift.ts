import { type CostUnit, formatChange, formatCost, formatP } from '../../../format/numbers.ts';
import { countOf, shortenMiddle } from '../../../format/text.ts';
import { median, quantile } from '../../../statistics/descriptive.ts';
import { type Drift, diagnose, driftOf } from '../../../statistics/diagnosis.ts';
import * as Plot from '../../../vendor/plot.ts';
import { driftText } from '../../terminal/remarks.ts';
import { draw, figure, type Size } from '../kit/draw.ts';
import { type Html, html, none } from '../kit/html.ts';
import { byTime, type SectionMaker, type ShownCase } from '../kit/input.ts';
import { colors } from '../kit/symbols.ts';
import { foldedTable } from '../kit/table.ts';

/** A case's samples in the order in which they were taken, against the median of its forks' medians. */
interface Strip {
  readonly key: string;
  readonly name: string;
  /** Nanoseconds. */
  readonly median: number;
  readonly forks: readonly StripFork[];
  /** The trend over the forks; undefined for few. */
  readonly drift: Drift | undefined;
  /** What is to be said of the trend, if it is one that matters. */
  readonly remark: string | undefined;
}

/** A fork of a strip. */
interface StripFork {
  /** Nanoseconds. */
  readonly median: number;
  /** As ratios to the case's median. */
  readonly samples: readonly number[];
}

/** The strips of the cases that have samples. */
function stripsOf(cases: readonly ShownCase[]): Strip[] {
  return cases.flatMap(({ key, name, result: { forks, estimate } }): Strip[] => {
    const measured = forks.map(({ samples }) => samples).filter(({ length }) => length > 0);
    const medians = measured.map(median);
    const middle = medians.length === 0 ? 0 : median(medians);
    if (middle === 0) return [];
    const { point, low, high } = estimate;
    const findings = diagnose(measured, { point, low: low ?? point, high: high ?? point });
    const found = findings.find((finding) => finding.kind === 'drift');
    return [
      {
        key,
        name,
        median: middle,
        forks: measured.map((samples, index) => ({
          median: medians[index] ?? middle,
          samples: samples.map((sample) => sample / middle),
        })),
        drift: driftOf(medians),
        remark: found && `${driftText(found.drift)} from the first fork to the last`,
      },
    ];
  });
}

/** A range of values that lie side by side. */
export interface Bin {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

/** Values in their order, in at most so many bins. */
export function binned(values: readonly number[], most: number): Bin[] {
  const bins = Math.min(most, values.length);
  return Array.from({ length: bins }, (_, index) => {
    const from = Math.floor((index * values.length) / bins);
    const inside = values.slice(from, Math.floor(((index + 1) * values.length) / bins));
    return { low: Math.min(...inside), middle: median(inside), high: Math.max(...inside) };
  });
}

/** A deviation that the strips show at least, and at most: what is beyond stands at the edge. */
const [minShown, maxShown] = [0.03, 0.5];

/**
 * The deviation up to which strips are drawn: it holds nearly all samples of most cases, and nearly all forks
 * of each.
 */
function deviationShown(strips: readonly Strip[]): number {
  if (strips.length === 0) return minShown;
  const samples = strips.map(({ forks }) => reachOf(forks.flatMap((fork) => fork.samples)));
  const medians = strips.map(({ forks, median: middle }) =>
    reachOf(forks.map((fork) => fork.median / middle)),
  );
  const reach = Math.max(quantile(samples, 0.8), ...medians);
  return Math.min(maxShown, Math.max(minShown, Math.ceil(reach * 100) / 100));
}

/** How far from 1 nearly all ratios lie at most. */
function reachOf(ratios: readonly number[]): number {
  return quantile(
    ratios.map((ratio) => Math.abs(ratio - 1)),
    0.93,
  );
}

/** Bins of a fork at most, and pixels of a bin at least. */
const maxBins = 24;
const minPixels = 1.5;

/** A place in the grid of strips. */
interface Place {
  readonly row: number;
  readonly column: number;
}

/** Samples in their order, a strip a case, forks side by side. */
function stripsChart(strips: readonly Strip[], unit: CostUnit, size: Size): Html {
  const columns = size.isWide ? Math.min(2, strips.length) : 1;
  const limit = deviationShown(strips);
  const stripWidth = (size.width - 60) / columns;
  const placed = strips.map((strip, index) => ({
    strip,
    place: { row: Math.floor(index / columns), column: index % columns },
  }));
  const bands = placed.flatMap(({ strip, place }) => bandsOf(strip, place, unit));
  const lines = placed.flatMap(({ strip, place }) => {
    const bins = Math.max(1, Math.min(maxBins, Math.floor(stripWidth / strip.forks.length / minPixels)));
    return linesOf(strip, place, bins);
  });
  const clamp = (value: number) => Math.min(limit, Math.max(-limit, value - 1));
  const facet = { fx: 'column', fy: 'row' };
  const rows = Math.ceil(strips.length / columns);
  const percent = (fraction: number) => `${fraction > 0 ? '+' : ''}${Number((fraction * 100).toFixed(1))} %`;
  return draw({
    width: size.width,
    height: rows * 78 + 18,
    marginLeft: 52,
    marginRight: 8,
    marginTop: 10,
    marginBottom: 8,
    x: { domain: [0, 1], axis: null },
    y: { domain: [-limit, limit], label: null },
    fx: { axis: null, padding: 0.04 },
    fy: { axis: null, padding: 0.3 },
    marks: [
      Plot.rect(bands, {
        ...facet,
        x1: 'from',
        x2: 'to',
        y1: -limit,
        y2: limit,
        fill: colors.other,
        fillOpacity: 'shade',
        title: 'title',
        className: 'fork',
      }),
      Plot.axisY({ ticks: [-limit, 0, limit], tickFormat: percent, tickSize: 0 }),
      Plot.ruleY([0], { stroke: colors.other, strokeWidth: 0.75, strokeDasharray: '2 3' }),
      Plot.areaY(
        lines.filter(({ low, high }) => low !== high),
        {
          ...facet,
          x: 'at',
          y1: ({ low }) => clamp(low),
          y2: ({ high }) => clamp(high),
          fill: colors.accent,
          fillOpacity: 0.28,
          pointerEvents: 'none',
        },
      ),
      Plot.lineY(lines, {
        ...facet,
        x: 'at',
        y: ({ middle }) => clamp(middle),
        stroke: colors.accent,
        strokeWidth: 1,
        pointerEvents: 'none',
        className: 'samples',
      }),
      Plot.lineY(
        placed.flatMap(({ strip, place }) => mediansOf(strip, place)),
        {
          ...facet,
          x: 'at',
          y: ({ ratio }) => clamp(ratio),
          stroke: colors.text,
          strokeWidth: 2,
          pointerEvents: 'none',
        },
      ),
      Plot.text(placed, {
        fx: ({ place }) => place.column,
        fy: ({ place }) => place.row,
        frameAnchor: 'top-left',
        dy: -13,
        text: ({ strip }) =>
          `${shortenMiddle(strip.name, size.isWide ? 50 : 28)}  ${formatCost(strip.median, unit)}`,
        fontWeight: 600,
        className: 'strip',
      }),
    ],
    opacity: { type: 'identity' },
  });
}

/** A band a fork, every second one shaded, to distinguish them. */
function bandsOf({ forks }: Strip, place: Place, unit: CostUnit) {
  return forks.map(({ median, samples }, index) => ({
    ...place,
    from: index / forks.length,
    to: (index + 1) / forks.length,
    shade: index % 2 === 0 ? 0.16 : 0,
    title: `fork ${index + 1}: median ${formatCost(median, unit)}, ${countOf(samples.length, 'sample')}`,
  }));
}

/** What breaks a line. */
const gap = Number.NaN;

function linesOf({ forks }: Strip, place: Place, bins: number) {
  return forks.flatMap(({ samples }, fork) => [
    ...binned(samples, bins).map((bin, index, all) => ({
      ...place,
      ...bin,
      at: (fork + (index + 0.5) / all.length) / forks.length,
    })),
    { ...place, low: gap, middle: gap, high: gap, at: gap },
  ]);
}

function mediansOf({ median, forks }: Strip, place: Place) {
  return forks.flatMap((fork, index) => [
    { ...place, ratio: fork.median / median, at: index / forks.length },
    { ...place, ratio: fork.median / median, at: (index + 1) / forks.length },
    { ...place, ratio: gap, at: gap },
  ]);
}

/** The samples in their order, and whether the machine drifted. */
export const drift: SectionMaker = ({ measured, unit }) => {
  const strips = stripsOf(byTime(measured));
  if (strips.length === 0) return undefined;
  const id = 'drift';
  const label = 'Samples of each case in the order in which they were taken, fork by fork';
  return {
    id,
    title: 'Order and drift',
    how: 'Each strip is a case from its first sample to its last, against its median; bands are child processes, the dark line is the median of each, and what is beyond the strip stands at its edge.',
    body: html`${remarks(strips)}${figure({ section: id, label }, (size) => stripsChart(strips, unit, size))}${figures(strips, unit)}`,
  };
};

function remarks(strips: readonly Strip[]): Html {
  const items = strips.flatMap(({ name, remark }) =>
    remark === undefined ? [] : html`<li><strong>${name}</strong>: ${remark}</li>`,
  );
  if (items.length > 0) return html`<ul class="remarks">${items}</ul>`;
  const isKnown = strips.some(({ drift: found }) => found !== undefined);
  return isKnown ? html`<p>No case drifts by more than chance would.</p>` : none;
}

function figures(strips: readonly Strip[], unit: CostUnit): Html {
  const time = (of: (strip: Strip) => number | undefined) =>
    strips.map((strip) => formatCost(of(strip) ?? 0, unit));
  return foldedTable('The figures: trends over the forks', [
    { head: 'case', align: 'left', cells: strips.map(({ name }) => name) },
    { head: 'forks', align: 'right', cells: strips.map(({ forks }) => forks.length) },
    { head: 'first fork', align: 'right', cells: time(({ forks }) => forks[0]?.median) },
    { head: 'last fork', align: 'right', cells: time(({ forks }) => forks.at(-1)?.median) },
    {
      head: 'trend, first to last',
      align: 'right',
      cells: strips.map(({ drift: found }) => (found ? formatChange(found.change) : 'too few forks')),
    },
    {
      head: 'by chance',
      align: 'right',
      cells: strips.map(({ drift: found }) => (found ? formatP(found.p) : '')),
    },
  ]);
}
