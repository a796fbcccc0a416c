import { formatSignificant } from './format-number.ts';

export type TimeUnit = 'ns' | 'µs' | 'ms';

/** Nanoseconds in a unit. */
const nanosecondsIn: Record<TimeUnit, number> = { ns: 1, µs: 1e3, ms: 1e6 };

/** Significant digits of a time, as criterion prints them. */
const digits = 4;

/** The unit in which a time reads best: the largest of which it fills one, once it is rounded. */
export function timeUnit(nanoseconds: number): TimeUnit {
  const rounded = Number(nanoseconds.toPrecision(digits));
  if (rounded < nanosecondsIn.µs) return 'ns';
  return rounded < nanosecondsIn.ms ? 'µs' : 'ms';
}

/** The figures of a time, without the unit: `3.412` of 3412 ns in µs. */
export function formatTimeIn(nanoseconds: number, unit: TimeUnit): string {
  return formatSignificant(nanoseconds / nanosecondsIn[unit], digits);
}

/** A time with its unit, as `97.31 ns` or `3.412 µs`. */
export function formatTime(nanoseconds: number, unit: TimeUnit = timeUnit(nanoseconds)): string {
  return `${formatTimeIn(nanoseconds, unit)} ${unit}`;
}

/** A round time without needless zeros, for axes: `100 ns`, `2.5 µs`. */
export function formatRoundTime(nanoseconds: number, unit: TimeUnit = timeUnit(nanoseconds)): string {
  return `${Number((nanoseconds / nanosecondsIn[unit]).toPrecision(9))} ${unit}`;
}
