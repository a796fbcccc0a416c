import { type CostModel, timeAt } from '../../../statistics/cost-model.ts';
import { median } from '../../../statistics/quantile.ts';
import * as Plot from '../../../vendor/plot.ts';
import { formatRoundTime, formatTime } from '../../format-time.ts';
import { describeCrossing, type NamedCrossing, type Sweep } from '../../sweeps.ts';
import { countOf } from '../../text.ts';
import type { Html } from '../html.ts';
import { colors } from '../palette.ts';
import { draw, type Size } from './draw.ts';
import { kindAt } from './symbols.ts';
import { binaryTicks, logDomain, logTicks } from './ticks.ts';

/** Places at which a model's line is drawn: it bends on logarithmic axes. */
const places = 48;

/** Times by pages with the models' lines and where they cross. */
export function sizesChart(
  sweeps: readonly Sweep[],
  crossings: readonly NamedCrossing[],
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
    y: { type: 'log', domain: [...times], label: 'time an iteration, log scale' },
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
        text: (time: number) => formatRoundTime(time),
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
        title: ({ name, pages: size, time }) => `${name}, ${countOf(size, 'page')}: ${formatTime(time)}`,
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
        title: describeCrossing,
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
