import * as Plot from '../../../vendor/plot.ts';
import { formatTime } from '../../format-time.ts';
import { countOf, shortenMiddle } from '../../text.ts';
import { binned, deviationShown, type Strip } from '../drifts.ts';
import type { Html } from '../html.ts';
import { colors } from '../palette.ts';
import { draw, type Size } from './draw.ts';

/** Bins of a fork at most, and pixels of a bin at least. */
const mostBins = 24;
const leastPixels = 1.5;

/** A place in the grid of strips. */
interface Place {
  readonly row: number;
  readonly column: number;
}

/** Samples in their order, a strip a case, forks side by side. */
export function stripsChart(strips: readonly Strip[], size: Size): Html {
  const columns = size.isWide ? Math.min(2, strips.length) : 1;
  const limit = deviationShown(strips);
  const stripWidth = (size.width - 60) / columns;
  const placed = strips.map((strip, index) => ({
    strip,
    place: { row: Math.floor(index / columns), column: index % columns },
  }));
  const bands = placed.flatMap(({ strip, place }) => bandsOf(strip, place));
  const lines = placed.flatMap(({ strip, place }) => {
    const bins = Math.max(1, Math.min(mostBins, Math.floor(stripWidth / strip.forks.length / leastPixels)));
    return linesOf(strip, place, bins);
  });
  const clamp = (value: number) => Math.min(limit, Math.max(-limit, value - 1));
  const facet = { fx: 'column', fy: 'row' };
  const rows = Math.ceil(strips.length / columns);
  const percent = (share: number) => `${share > 0 ? '+' : ''}${Number((share * 100).toFixed(1))} %`;
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
          `${shortenMiddle(strip.name, size.isWide ? 50 : 28)}  ${formatTime(strip.median)}`,
        fontWeight: 600,
        className: 'strip',
      }),
    ],
    opacity: { type: 'identity' },
  });
}

/** A band a fork, every second one shaded, to tell them apart. */
function bandsOf({ forks }: Strip, place: Place) {
  return forks.map(({ median, samples }, index) => ({
    ...place,
    from: index / forks.length,
    to: (index + 1) / forks.length,
    shade: index % 2 === 0 ? 0.16 : 0,
    title: `fork ${index + 1}: median ${formatTime(median)}, ${countOf(samples.length, 'sample')}`,
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
