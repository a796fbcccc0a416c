import * as Plot from '../../../vendor/plot.ts';
import { formatTime } from '../../format-time.ts';
import { countOf } from '../../text.ts';
import type { Html } from '../html.ts';
import { colors, orderColor } from '../palette.ts';
import type { Violin, Violins } from '../violins.ts';
import { draw, type Size } from './draw.ts';
import { rowNames } from './rows.ts';
import { logTicks } from './ticks.ts';

/** How much of a row's height the dots of the forks are spread over. */
const spread = 0.8;

/** Densities below this, of the greatest, are as thin as a line and left out. */
const leastDensity = 0.02;

/** Densities of samples, a row a case, with forks' medians as dots. */
export function violinsChart({ rows, range }: Violins, size: Size): Html {
  const names = rowNames(rows, size);
  const ticks = logTicks(range, size.isWide ? 9 : 4);
  const shapes = rows.flatMap(({ key, shape, ...row }) =>
    shape.map(({ ratio, density }) => ({
      key,
      ratio,
      density: density < leastDensity ? Number.NaN : density,
      title: describe(row),
    })),
  );
  const dots = rows.flatMap((row) => dotsOf(row, range));
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
              text: (row: Violin) => formatTime(row.median),
              fontVariant: 'tabular-nums',
            }),
          ]
        : []),
    ],
    color: { type: 'identity' },
  });
}

/** The forks' medians from top to bottom; those beyond the range stand at its end. */
function dotsOf({ key, median, forks }: Violin, [low, high]: Violins['range']) {
  return forks.map((time, index) => ({
    key,
    ratio: Math.min(high, Math.max(low, time / median)),
    place: forks.length < 2 ? 0 : spread * (1 - (2 * index) / (forks.length - 1)),
    color: orderColor(index, forks.length),
    title: `fork ${index + 1}: ${formatTime(time)}`,
  }));
}

function describe({ name, count, median, p25, p75 }: Omit<Violin, 'key' | 'shape'>): string {
  return `${name}: ${countOf(count, 'sample')}, median ${formatTime(median)}, half of them from ${formatTime(p25)} to ${formatTime(p75)}`;
}
