import * as Plot from '../../../vendor/plot.ts';
import { formatRoundTime } from '../../format-time.ts';
import { colors } from '../palette.ts';
import type { Size } from './draw.ts';
import { type Domain, logDomain, logTicks } from './ticks.ts';

/** A logarithmic axis of times and what draws it. */
export interface TimeAxes {
  readonly scale: Plot.ScaleOptions;
  readonly marks: readonly Plot.Markish[];
}

/** A horizontal axis of times at the top and at the bottom of a chart, with its lines. */
export function timeAxes(times: readonly number[], { isWide }: Size, label: string): TimeAxes {
  const domain: Domain = logDomain(times) ?? [1, 10];
  const ticks = logTicks(domain, isWide ? 9 : 4);
  // As `text`: of a `tickFormat` Plot leaves out what d3 would, whatever ticks are asked for.
  const axis = { ticks, text: (time: number) => formatRoundTime(time), tickSize: 0 };
  return {
    scale: { type: 'log', domain: [...domain], label },
    marks: [
      Plot.gridX({ ticks, stroke: colors.line, strokeOpacity: 1 }),
      Plot.axisX({ ...axis, anchor: 'top', label: null }),
      Plot.axisX({ ...axis, anchor: 'bottom', labelAnchor: 'center', labelArrow: 'none' }),
    ],
  };
}
