import * as Plot from '../../../vendor/plot.ts';
import { formatRoundTime, formatTime } from '../../format-time.ts';
import type { Html } from '../html.ts';
import { colors } from '../palette.ts';
import type { WindowedCase } from '../windows.ts';
import { draw, type Size } from './draw.ts';
import { labelPlaces, placeLabels } from './labels.ts';
import { wxKinds } from './symbols.ts';
import { type Domain, logDomain, logTicks } from './ticks.ts';

/** Write windows against times. Names that have no room are left to the tooltips and the table. */
export function windowsChart(cases: readonly WindowedCase[], { width, isWide }: Size): Html {
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
    x: { type: 'log', domain: [...times], label: 'time an iteration, log scale' },
    y: { ...windows.scale, label: 'time in which the code can be written' },
    marks: [
      Plot.gridX({ ticks: xTicks, stroke: colors.line, strokeOpacity: 1 }),
      Plot.gridY({ ticks: [...windows.ticks], stroke: colors.line, strokeOpacity: 1 }),
      Plot.axisX({
        ticks: xTicks,
        text: (time: number) => formatRoundTime(time),
        tickSize: 0,
        labelAnchor: 'center',
        labelArrow: 'none',
      }),
      Plot.axisY({
        ticks: [...windows.ticks],
        text: (time: number) => (time === 0 ? 'never' : formatRoundTime(time)),
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
        title: describe,
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

function describe({ name, time, window, wx }: WindowedCase): string {
  const open = window === 0 ? 'never writable' : `writable for ${formatTime(window)}`;
  return `${name} (${wx}): ${formatTime(time)}, ${open}`;
}
