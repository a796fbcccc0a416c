import type { Change } from '../../../statistics/change.ts';
import * as Plot from '../../../vendor/plot.ts';
import { formatChange } from '../../format-percent.ts';
import type { Html } from '../html.ts';
import { colors } from '../palette.ts';
import { draw, type Size } from './draw.ts';
import { type RowName, rowNames } from './rows.ts';
import type { Kind } from './symbols.ts';
import { linearTicks } from './ticks.ts';

/** A case's change as a row of a chart. */
export interface ChangeRow extends RowName {
  readonly change: Change;
  /** As a share. */
  readonly threshold: number;
  /** What became of it, and how that is drawn. */
  readonly kind: Kind;
}

/** A change that the chart shows at most: beyond it marks stand at the edge. */
const mostShown = 3;

/** Changes with their intervals over the bands of what counts as noise, a row a case. */
export function changesChart(rows: readonly ChangeRow[], size: Size): Html {
  const names = rowNames(rows, size);
  const ends = rows.flatMap(({ change, threshold }) => [change.low, change.high, threshold, -threshold]);
  const low = Math.max(-1, Math.min(...ends));
  const high = Math.min(mostShown, Math.max(...ends));
  const room = (high - low) * 0.04;
  const domain = [low - room, high + room] as const;
  const clamp = (share: number) => Math.min(domain[1], Math.max(domain[0], share));
  const ticks = linearTicks(domain, size.isWide ? 9 : 4);
  const percent = (share: number) => `${share > 0 ? '+' : ''}${Number((share * 100).toFixed(2))} %`;
  const axis = { ticks, tickFormat: percent, tickSize: 0 };
  return draw({
    width: size.width,
    height: rows.length * 24 + 76,
    marginLeft: names.marginLeft,
    marginRight: size.isWide ? 84 : 18,
    marginTop: 30,
    marginBottom: 42,
    x: { domain: [...domain], label: 'change of the time: slower to the right' },
    y: { type: 'band', domain: [...names.domain], padding: 0.3 },
    marks: [
      Plot.barX(rows, {
        y: 'key',
        x1: ({ threshold }) => clamp(-threshold),
        x2: ({ threshold }) => clamp(threshold),
        fill: colors.other,
        fillOpacity: 0.22,
        className: 'threshold',
      }),
      Plot.gridX({ ticks, stroke: colors.line, strokeOpacity: 1 }),
      Plot.ruleX([0], { stroke: colors.text }),
      Plot.axisX({ ...axis, anchor: 'top', label: null }),
      Plot.axisX({ ...axis, anchor: 'bottom', labelAnchor: 'center', labelArrow: 'none' }),
      Plot.axisY({ label: null, tickSize: 0, tickFormat: names.tickFormat }),
      Plot.link(rows, {
        x1: ({ change }) => clamp(change.low),
        x2: ({ change }) => clamp(change.high),
        y: 'key',
        stroke: ({ kind }) => kind.color,
        strokeWidth: 2,
      }),
      Plot.dot(rows, {
        x: ({ change }) => clamp(change.point),
        y: 'key',
        symbol: ({ kind }: ChangeRow) => kind.symbol,
        fill: ({ kind }) => kind.color,
        stroke: colors.back,
        strokeWidth: 1,
        r: 5,
        title: ({ name, change, kind }) =>
          `${name}: ${formatChange(change.point)} [${formatChange(change.low)} ${formatChange(change.high)}], ${kind.name}`,
        className: 'change',
      }),
      ...(size.isWide
        ? [
            Plot.text(rows, {
              y: 'key',
              frameAnchor: 'right',
              textAnchor: 'start',
              dx: 10,
              text: ({ change }) => formatChange(change.point),
              fontVariant: 'tabular-nums',
            }),
          ]
        : []),
    ],
    color: { type: 'identity' },
  });
}
