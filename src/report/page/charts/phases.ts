import * as Plot from '../../../vendor/plot.ts';
import { formatTime } from '../../format-time.ts';
import type { Html } from '../html.ts';
import { colors } from '../palette.ts';
import type { PhasedCase } from '../phases.ts';
import { draw, type Size } from './draw.ts';
import { rowNames } from './rows.ts';

/** Shares of the steps of an iteration, a bar a case. */
export function phasesChart(cases: readonly PhasedCase[], size: Size): Html {
  const names = rowNames(cases, size);
  const parts = cases.flatMap(({ key, sum, parts: all }) =>
    all.map((part) => ({
      ...part,
      key,
      title: `${part.text}: ${formatTime(part.time)}, ${((100 * part.time) / sum).toFixed(0)} %`,
    })),
  );
  const ticks = size.isWide ? [0, 0.2, 0.4, 0.6, 0.8, 1] : [0, 0.5, 1];
  const axis = { ticks, tickFormat: (share: number) => `${Math.round(share * 100)} %`, tickSize: 0 };
  return draw({
    width: size.width,
    height: cases.length * 24 + 76,
    marginLeft: names.marginLeft,
    marginRight: size.isWide ? 84 : 26,
    marginTop: 30,
    marginBottom: 42,
    x: { domain: [0, 1], label: 'share of the iteration' },
    y: { type: 'band', domain: [...names.domain], padding: 0.18 },
    marks: [
      Plot.axisX({ ...axis, anchor: 'top', label: null }),
      Plot.axisX({ ...axis, anchor: 'bottom', labelAnchor: 'center', labelArrow: 'none' }),
      Plot.axisY({ label: null, tickSize: 0, tickFormat: names.tickFormat }),
      Plot.barX(parts, {
        y: 'key',
        x1: 'from',
        x2: 'to',
        fill: 'color',
        insetLeft: 0.5,
        insetRight: 0.5,
        title: 'title',
        className: 'step',
      }),
      Plot.gridX({ ticks, stroke: colors.back, strokeOpacity: 0.5, pointerEvents: 'none' }),
      ...(size.isWide
        ? [
            Plot.text(cases, {
              y: 'key',
              frameAnchor: 'right',
              textAnchor: 'start',
              dx: 10,
              text: ({ sum }: PhasedCase) => formatTime(sum),
              fontVariant: 'tabular-nums',
            }),
          ]
        : []),
    ],
    color: { type: 'identity' },
  });
}
