import { costNames, formatCost } from '../../../format/numbers.ts';
import { capitalized } from '../../../format/text.ts';
import { costUnitOf } from '../../../results/document.ts';
import * as Plot from '../../../vendor/plot.ts';
import { costAxes } from '../kit/axis.ts';
import { draw, figure, rowNames, type Size } from '../kit/draw.ts';
import { type Html, html } from '../kit/html.ts';
import { byTime, type SectionMaker, type ShownCase } from '../kit/input.ts';
import { colors, wxKinds, wxLegend } from '../kit/symbols.ts';

/** Estimates with their intervals, a row a case, on a logarithmic axis. */
export function timesChart(cases: readonly ShownCase[], size: Size): Html {
  const rows = cases.filter(({ result }) => result.estimate.point > 0);
  const names = rowNames(rows, size);
  const low = ({ result: { estimate } }: ShownCase) => estimate.low || estimate.point;
  const high = ({ result: { estimate } }: ShownCase) => estimate.high ?? estimate.point;
  const axes = costAxes(
    rows.flatMap((row) => [low(row), high(row)]),
    costUnitOf(rows.map(({ result }) => result)),
    size,
    'an iteration, log scale',
  );
  return draw({
    width: size.width,
    height: rows.length * 22 + 76,
    marginLeft: names.marginLeft,
    marginRight: size.isWide ? 84 : 14,
    marginTop: 30,
    marginBottom: 42,
    x: axes.scale,
    y: { type: 'point', domain: [...names.domain], padding: 0.7 },
    marks: [
      ...axes.marks,
      Plot.axisY({ label: null, tickSize: 0, tickFormat: names.tickFormat }),
      Plot.ruleY(rows, {
        y: 'key',
        x1: low,
        x2: high,
        stroke: kindOf,
        strokeWidth: 2,
        className: 'interval',
      }),
      Plot.dot(rows, {
        y: 'key',
        x: ({ result }: ShownCase) => result.estimate.point,
        fill: kindOf,
        stroke: colors.back,
        strokeWidth: 1,
        symbol: (row: ShownCase) => row.result.wx,
        r: 4.5,
        title: describe,
        className: 'estimate',
      }),
      ...(size.isWide ? [valuesAtTheRight(rows)] : []),
    ],
    symbol: symbolScale,
    color: colorScale,
  });
}

const kindOf = ({ result }: ShownCase) => result.wx;

/** Classes of W^X as symbols and colours, for charts that show both. */
const symbolScale: Plot.ScaleOptions = {
  domain: Object.keys(wxKinds),
  range: Object.values(wxKinds).map(({ symbol }) => symbol) as never,
};
const colorScale: Plot.ScaleOptions = {
  type: 'ordinal',
  domain: Object.keys(wxKinds),
  range: Object.values(wxKinds).map(({ color }) => color),
};

function valuesAtTheRight(rows: readonly ShownCase[]) {
  return Plot.text(rows, {
    y: 'key',
    frameAnchor: 'right',
    textAnchor: 'start',
    dx: 10,
    text: ({ result }: ShownCase) => formatCost(result.estimate.point, result.estimate.unit),
    fontVariant: 'tabular-nums',
  });
}

function describe({ name, result: { estimate, wx } }: ShownCase): string {
  const { low, point, high, unit } = estimate;
  const interval =
    low === null || high === null ? '' : ` [${formatCost(low, unit)} ${formatCost(high, unit)}]`;
  return `${name}: ${formatCost(point, unit)}${interval}, ${wx}`;
}

/** What an iteration takes in each case. */
export const times: SectionMaker = ({ measured, unit }) => {
  if (measured.length === 0) return undefined;
  const id = 'time';
  const label = `${capitalized(costNames[unit])} of an iteration with its confidence interval, a row a case, the fastest first`;
  const chart = figure({ section: id, label }, (size) => timesChart(byTime(measured), size));
  return {
    id,
    title: `${capitalized(costNames[unit])} per strategy`,
    how: 'Each mark is the estimate of an iteration’s cost, the bar through it its confidence interval, mostly narrower than the mark; the axis is logarithmic, so equal distances are equal ratios. The figures are in the summary.',
    body: html`${wxLegend(measured.map(({ result }) => result))}${chart}`,
  };
};
