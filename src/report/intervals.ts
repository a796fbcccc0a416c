import type { ChalkInstance } from 'chalk';
import type { Estimate } from '../results/document.ts';
import { formatTime, formatTimeIn, timeUnit } from './format-time.ts';

/** `[3.301 µs 3.412 µs 3.598 µs]`, `[3.301 3.412 3.598] µs`, or `3.412 µs` alone. */
export type IntervalForm = 'full' | 'short' | 'point';

/** Estimates as `[low estimate high]`, one below the other; without an interval as the estimate alone. */
export function formatIntervals(
  estimates: readonly Estimate[],
  form: IntervalForm,
  chalk: ChalkInstance,
): string[] {
  const format = form === 'full' ? formatTime : formatTimeIn;
  const parts = estimates.map(({ low, point, high }) => {
    const unit = timeUnit(point);
    const hasInterval = low !== null && high !== null && form !== 'point';
    if (!hasInterval) return { unit, alone: formatTime(point, unit) };
    return { unit, bounds: [low, point, high].map((time) => format(time, unit)) };
  });
  const widths = [0, 1, 2].map((place) =>
    Math.max(0, ...parts.map(({ bounds }) => bounds?.[place]?.length ?? 0)),
  );
  return parts.map(({ unit, alone, bounds }) => {
    if (bounds === undefined) return chalk.bold(alone);
    const [low, point, high] = bounds.map((text, place) => text.padStart(widths[place] ?? 0));
    const end = form === 'short' ? `] ${unit}` : ']';
    return `${chalk.dim(`[${low}`)} ${chalk.bold(point)} ${chalk.dim(`${high}${end}`)}`;
  });
}
