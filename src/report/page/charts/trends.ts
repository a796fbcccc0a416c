import { shortCommit } from '../../../results/history.ts';
import { median } from '../../../statistics/quantile.ts';
import * as Plot from '../../../vendor/plot.ts';
import { formatTime } from '../../format-time.ts';
import { plainText } from '../../text.ts';
import type { Html } from '../html.ts';
import { colors } from '../palette.ts';
import type { NamedTrend } from '../sections/trends.ts';
import { draw, type Size } from './draw.ts';
import { rowNames } from './rows.ts';

/** Times over runs, a strip a case, each against its own median. */
export function trendsChart(named: readonly NamedTrend[], size: Size): Html {
  const names = rowNames(named, size);
  const marks = named.flatMap(({ key, trend }) => {
    const middle = median(trend.points.map(({ value }) => value));
    return trend.points.map((point, run) => ({
      key,
      run: run + 1,
      share: point.value / middle - 1,
      low: (point.low ?? point.value) / middle - 1,
      high: (point.high ?? point.value) / middle - 1,
      title: plainText(
        [
          point.createdAt.slice(0, 16),
          formatTime(point.value),
          point.kernel,
          point.commit && shortCommit(point.commit),
        ]
          .filter((part) => part !== undefined)
          .join(', '),
      ),
    }));
  });
  const changes = named.flatMap(({ key, trend }) => trend.changes.map(({ at }) => ({ key, at: at + 0.5 })));
  const limit = Math.max(0.02, ...marks.map(({ share }) => Math.abs(share)));
  const clamp = (share: number) => Math.min(limit, Math.max(-limit, share));
  const runs = Math.max(...marks.map(({ run }) => run));
  const percent = (share: number) => `${share > 0 ? '+' : ''}${Number((share * 100).toFixed(1))} %`;
  return draw({
    width: size.width,
    height: named.length * 64 + 50,
    marginLeft: names.marginLeft,
    marginRight: 72,
    marginTop: 10,
    marginBottom: 38,
    x: {
      domain: [0.5, runs + 0.5],
      label: 'run, the newest on the right',
      labelAnchor: 'center',
      ticks: Math.min(runs, 10),
      tickFormat: 'd',
    },
    y: { domain: [-limit, limit] },
    fy: { domain: [...names.domain], padding: 0.45 },
    marks: [
      Plot.axisFy({ label: null, anchor: 'left', tickFormat: names.tickFormat, textAnchor: 'end', dx: -6 }),
      Plot.axisY({
        anchor: 'right',
        ticks: [-limit, 0, limit],
        tickFormat: percent,
        tickSize: 0,
        label: null,
      }),
      Plot.ruleY([0], { stroke: colors.line }),
      Plot.ruleX(changes, {
        fy: 'key',
        x: 'at',
        y1: -limit,
        y2: limit,
        stroke: colors.kinds[1] ?? colors.other,
        strokeWidth: 2,
        className: 'change',
      }),
      Plot.ruleX(marks, {
        fy: 'key',
        x: 'run',
        y1: ({ low }) => clamp(low),
        y2: ({ high }) => clamp(high),
        stroke: colors.other,
      }),
      Plot.dot(marks, {
        fy: 'key',
        x: 'run',
        y: 'share',
        r: 3,
        fill: colors.accent,
        stroke: colors.back,
        strokeWidth: 0.5,
        title: 'title',
        className: 'run',
      }),
    ],
  });
}
