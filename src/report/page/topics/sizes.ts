import {
  crossingsOf,
  describeCrossing,
  type NamedCrossing,
  type Sweep,
  sweepsOf,
} from '../../../comparison/sweeps.ts';
import { type CostUnit, costNames, formatCost } from '../../../format/numbers.ts';
import { countOf } from '../../../format/text.ts';
import { type CostModel, timeAt } from '../../../statistics/cost-model.ts';
import { median } from '../../../statistics/descriptive.ts';
import * as Plot from '../../../vendor/plot.ts';
import { describeModel } from '../../terminal/sizes.ts';
import { binaryTicks, costLabel, logDomain, logTicks, tickText } from '../kit/axis.ts';
import { draw, figure, type Size } from '../kit/draw.ts';
import { type Html, html, none } from '../kit/html.ts';
import type { SectionMaker } from '../kit/input.ts';
import { colors, kindAt, symbolLegend } from '../kit/symbols.ts';
import { dataTable, foldedTable } from '../kit/table.ts';

/** Places at which a model's line is drawn: it bends on logarithmic axes. */
const places = 48;

/** Times by pages with the models' lines and where they cross. */
function sizesChart(
  sweeps: readonly Sweep[],
  crossings: readonly NamedCrossing[],
  unit: CostUnit,
  { width, isWide }: Size,
): Html {
  const points = sweeps.flatMap(({ name, points: sizes }, index) =>
    sizes.map(({ pages, forks }) => ({ ...kindAt(index, name), pages, time: median(forks) })),
  );
  const lines = sweeps.flatMap((sweep, index) =>
    lineOf(sweep).map((place) => ({ ...place, color: kindAt(index, '').color, name: sweep.name })),
  );
  const pages = logDomain(points.map((point) => point.pages)) ?? [1, 2];
  const times = logDomain(points.map(({ time }) => time)) ?? [1, 10];
  const [xTicks, yTicks] = [binaryTicks(pages, isWide ? 12 : 5), logTicks(times, isWide ? 10 : 6)];
  return draw({
    width,
    height: isWide ? 520 : 360,
    marginLeft: 62,
    marginRight: 14,
    marginTop: 26,
    marginBottom: 44,
    x: { type: 'log', domain: [...pages], label: 'pages of the module, log scale' },
    y: { type: 'log', domain: [...times], label: costLabel(unit, 'an iteration, log scale') },
    marks: [
      Plot.gridX({ ticks: xTicks, stroke: colors.line, strokeOpacity: 1 }),
      Plot.gridY({ ticks: yTicks, stroke: colors.line, strokeOpacity: 1 }),
      Plot.axisX({
        ticks: xTicks,
        text: String,
        tickSize: 0,
        labelAnchor: 'center',
        labelArrow: 'none',
      }),
      Plot.axisY({
        ticks: yTicks,
        text: (time: number) => tickText(time, unit),
        tickSize: 0,
        labelArrow: 'none',
      }),
      Plot.lineY(lines, {
        x: 'pages',
        y: 'time',
        z: 'name',
        stroke: 'color',
        strokeWidth: 1.5,
        clip: true,
        className: 'model',
      }),
      Plot.dot(points, {
        x: 'pages',
        y: 'time',
        symbol: 'symbol',
        r: isWide ? 4.5 : 3.5,
        fill: 'color',
        stroke: colors.back,
        strokeWidth: 0.75,
        title: ({ name, pages: size, time }) =>
          `${name}, ${countOf(size, 'page')}: ${formatCost(time, unit)}`,
        className: 'size',
      }),
      Plot.dot(crossings, {
        x: 'pages',
        y: 'time',
        r: 8,
        stroke: colors.text,
        strokeWidth: 1.5,
        fill: colors.back,
        fillOpacity: 0.01,
        title: (each: NamedCrossing) => describeCrossing(each, unit),
        className: 'crossing',
      }),
    ],
    color: { type: 'identity' },
  });
}

/** A model's times; two lines have a gap between them. */
function lineOf({ points, model }: Sweep): { pages: number; time: number }[] {
  const sizes = points.map(({ pages }) => pages);
  const [first, last] = [Math.min(...sizes), Math.max(...sizes)];
  const between = Array.from(
    { length: places },
    (_, index) => first * (last / first) ** (index / (places - 1)),
  );
  return [...between, ...kneesOf(model)]
    .sort((a, b) => a - b)
    .map((pages) => ({ pages, time: isInKnee(model, pages) ? Number.NaN : positive(timeAt(model, pages)) }));
}

function kneesOf(model: CostModel): number[] {
  if (model.kind === 'line') return [];
  const { after, before } = model.knee;
  return [after, Math.sqrt(after * before), before];
}

function isInKnee(model: CostModel, pages: number): boolean {
  return model.kind === 'knee' && pages > model.knee.after && pages < model.knee.before;
}

const positive = (time: number) => (time > 0 ? time : Number.NaN);

/** What a page costs in each strategy that was measured at enough sizes, and where two cross. */
export const sizes: SectionMaker = ({ measured, unit }) => {
  const sweeps = sweepsOf(measured.map(({ result }) => result));
  if (sweeps.length === 0) return undefined;
  const crossings = crossingsOf(sweeps);
  const id = 'sizes';
  const label = 'Time of an iteration by pages of the module, with fitted lines';
  const models = dataTable(
    [
      { head: 'strategy', align: 'left', cells: sweeps.map(({ name }) => name) },
      {
        head: 'model',
        align: 'left',
        isLong: true,
        cells: sweeps.map(({ model }) => describeModel(model, unit)),
      },
    ],
    { caption: 'The fitted models' },
  );
  const rows = sweeps.flatMap(({ name, points }) => points.map((point) => ({ name, ...point })));
  const figures = foldedTable('The figures: every size', [
    { head: 'strategy', align: 'left', cells: rows.map(({ name }) => name) },
    { head: 'pages', align: 'right', cells: rows.map(({ pages }) => pages) },
    {
      head: costNames[unit],
      align: 'right',
      cells: rows.map(({ forks }) => formatCost(median(forks), unit)),
    },
  ]);
  const legend = symbolLegend(sweeps.map(({ name }, index) => kindAt(index, name)));
  const chart = figure({ section: id, label }, (size) => sizesChart(sweeps, crossings, unit, size));
  return {
    id,
    title: 'Cost by pages',
    how: 'Marks are what was measured, lines the fitted models (a fixed cost and a cost a page, in two pieces where one line does not fit); rings are where one strategy becomes faster than another.',
    body: html`${legend}${chart}${crossingList(crossings.map((each) => describeCrossing(each, unit)))}${models}${figures}`,
  };
};

function crossingList(sentences: readonly string[]): Html {
  if (sentences.length === 0) return none;
  return html`<ul class="remarks">${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}
