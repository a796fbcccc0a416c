import { type CostUnit, costNames, formatCost } from '../../../format/numbers.ts';
import type { MeasuredCase } from '../../../results/document.ts';
import * as Plot from '../../../vendor/plot.ts';
import { costLabel, type Domain, logDomain, logTicks, tickText } from '../kit/axis.ts';
import { draw, figure, labelPlaces, placeLabels, type Size } from '../kit/draw.ts';
import { type Html, html } from '../kit/html.ts';
import { byTime, type SectionMaker, type ShownCase } from '../kit/input.ts';
import { colors, wxKinds, wxLegend } from '../kit/symbols.ts';
import { foldedTable } from '../kit/table.ts';

/** Write windows against times. Names that have no room are left to the tooltips and the table. */
function windowsChart(cases: readonly WindowedCase[], unit: CostUnit, { width, isWide }: Size): Html {
  const frame = { left: 70, right: width - 14, top: 26, bottom: (isWide ? 560 : 380) - 46 };
  const times = logDomain(
    cases.map(({ time }) => time),
    0.1,
  ) ?? [1, 10];
  const windows = windowScale(cases.map((each) => each.window));
  const xTicks = logTicks(times, isWide ? 9 : 4);
  const scales = {
    x: Plot.scale({ x: { type: 'log', domain: [...times], range: [frame.left, frame.right] } }),
    y: Plot.scale({ y: { ...windows.scale, range: [frame.bottom, frame.top] } as never }),
  };
  const placed = placeLabels(
    cases.map(({ time, window, name }) => ({ x: scales.x.apply(time), y: scales.y.apply(window), name })),
    frame,
  );
  const labels = labelPlaces.map((place) => ({
    place,
    labelled: cases.filter((_, index) => placed[index] === place),
  }));
  return draw({
    width,
    height: frame.bottom + 46,
    marginLeft: frame.left,
    marginRight: width - frame.right,
    marginTop: frame.top,
    marginBottom: 46,
    x: { type: 'log', domain: [...times], label: costLabel(unit, 'an iteration, log scale') },
    y: { ...windows.scale, label: costLabel(unit, 'in which the code can be written') },
    marks: [
      Plot.gridX({ ticks: xTicks, stroke: colors.line, strokeOpacity: 1 }),
      Plot.gridY({ ticks: [...windows.ticks], stroke: colors.line, strokeOpacity: 1 }),
      Plot.axisX({
        ticks: xTicks,
        text: (time: number) => tickText(time, unit),
        tickSize: 0,
        labelAnchor: 'center',
        labelArrow: 'none',
      }),
      Plot.axisY({
        ticks: [...windows.ticks],
        text: (time: number) => (time === 0 ? 'never' : tickText(time, unit)),
        tickSize: 0,
        labelArrow: 'none',
      }),
      Plot.dot(cases, {
        x: 'time',
        y: 'window',
        symbol: ({ wx }: WindowedCase) => wxKinds[wx].symbol,
        fill: ({ wx }: WindowedCase) => wxKinds[wx].color,
        stroke: colors.back,
        strokeWidth: 1,
        r: isWide ? 5.5 : 4.5,
        title: (each: WindowedCase) => describe(each, unit),
        className: 'window',
      }),
      ...labels.map(({ place, labelled }) =>
        Plot.text(labelled, {
          x: 'time',
          y: 'window',
          text: 'name',
          textAnchor: place.anchor,
          dx: place.dx,
          dy: place.dy,
          // The ground behind it, so that lines do not strike it through.
          stroke: colors.back,
          fill: colors.text,
          strokeWidth: 4,
          pointerEvents: 'none',
        }),
      ),
    ],
    color: { type: 'identity' },
  });
}

/** A logarithmic axis, which near 0 becomes a linear one if there is a 0. */
function windowScale(windows: readonly number[]): { scale: Plot.ScaleOptions; ticks: readonly number[] } {
  const domain: Domain = logDomain(windows, 0.06) ?? [1, 10];
  const ticks = logTicks(domain, 7);
  if (windows.every((window) => window > 0)) return { scale: { type: 'log', domain: [...domain] }, ticks };
  const least = windows.filter((window) => window > 0).reduce((a, b) => Math.min(a, b), domain[1]);
  const scale = { type: 'symlog', constant: least / 2, domain: [-least / 4, domain[1]] } as const;
  return { scale: scale as Plot.ScaleOptions, ticks: [0, ...ticks] };
}

function describe({ name, time, window, wx }: WindowedCase, unit: CostUnit): string {
  const open = window === 0 ? 'never writable' : `writable for ${formatCost(window, unit)}`;
  return `${name} (${wx}): ${formatCost(time, unit)}, ${open}`;
}

/** A case and how long its code can be written, in nanoseconds or instructions of an iteration. */
interface WindowedCase {
  readonly key: string;
  readonly name: string;
  readonly wx: MeasuredCase['wx'];
  readonly time: number;
  readonly window: number;
  /** Where it can be run meanwhile, in words. */
  readonly executable: string;
}

const meanwhile = {
  'same mapping': 'through the same mapping',
  alias: 'through an alias',
  no: 'no',
} as const;

/** The cases whose window is known; what noise made less than nothing is 0. */
function windowedCases(cases: readonly ShownCase[]): WindowedCase[] {
  return cases.flatMap(({ key, name, result: { wx, estimate, phases } }) => {
    if (phases?.writeWindow === undefined || estimate.point <= 0) return [];
    const { nanoseconds, executable } = phases.writeWindow;
    const window = Math.max(0, nanoseconds);
    const run = window === 0 ? 'never writable' : meanwhile[executable];
    return [{ key, name, wx, time: estimate.point, window, executable: run }];
  });
}

/** What safety costs: how long the code can be written against how long an iteration takes. */
export const windows: SectionMaker = ({ measured, unit }) => {
  const cases = windowedCases(byTime(measured));
  if (cases.length === 0) return undefined;
  const id = 'window';
  const label = 'Time in which the code can be written, against the time of an iteration';
  const figures = foldedTable('The figures: write windows', [
    { head: 'case', align: 'left', cells: cases.map(({ name }) => name) },
    { head: 'W^X', align: 'left', cells: cases.map(({ wx }) => wx) },
    {
      head: `${costNames[unit]}/iteration`,
      align: 'right',
      cells: cases.map(({ time }) => formatCost(time, unit)),
    },
    {
      head: 'writable for',
      align: 'right',
      cells: cases.map(({ window }) => (window === 0 ? 'never' : formatCost(window, unit))),
    },
    { head: 'can be run meanwhile', align: 'left', cells: cases.map(({ executable }) => executable) },
  ]);
  return {
    id,
    title: 'Write window against time',
    how: 'The lower a mark, the shorter its code can be written; the further left, the faster: what is fast and safe is in the lower left corner. Marks too close for a name are in the table.',
    body: html`${wxLegend(measured.map(({ result }) => result))}${figure({ section: id, label }, (size) => windowsChart(cases, unit, size))}${figures}`,
  };
};
