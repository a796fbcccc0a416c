/** A number with so many significant digits and no exponent; never rounds before the decimal point. */
export function formatSignificant(value: number, digits: number): string {
  if (value === 0) return (0).toFixed(digits - 1);
  // Rounding can add a digit before the point: 9.9996 is 10.00.
  const rounded = Number(value.toPrecision(digits));
  const digitsBefore = Math.max(0, Math.floor(Math.log10(Math.abs(rounded))) + 1);
  return value.toFixed(Math.max(0, digits - digitsBefore));
}

/** How many of something there are an iteration, as `4.00`. */
export function formatCount(count: number): string {
  return count.toFixed(2);
}

/** A ratio, as `36.4x`. */
export function formatRatio(ratio: number): string {
  return `${formatSignificant(ratio, 3)}x`;
}

const byteUnits = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A size in the largest binary unit that it fills, as `4 KiB`. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < byteUnits.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${Number.isInteger(size) ? size : size.toFixed(1)} ${byteUnits[unit]}`;
}

/** A share as a percentage of two digits, as `9.3 %`. */
export function formatPercent(fraction: number): string {
  return `${formatSignificant(fraction * 100, 2)} %`;
}

/** A share as a signed percentage, as `+1.25%`. */
export function formatChange(fraction: number): string {
  return `${fraction < 0 ? '-' : '+'}${Math.abs(fraction * 100).toFixed(2)}%`;
}

/** A p-value, as `p = 0.62` or `p < 0.01`. */
export function formatP(p: number): string {
  return p < 0.005 ? 'p < 0.01' : `p = ${p.toFixed(2)}`;
}

/** A rate in a unit in which it reads well, as `12.5 million/s`. */
export function formatRate(rate: number): string {
  const [divisor, unit] = rate >= 1e6 ? [1e6, ' million'] : rate >= 1e3 ? [1e3, ' thousand'] : [1, ''];
  return `${Number((rate / divisor).toPrecision(4))}${unit}/s`;
}

/** A rate in few characters, for a column of rates a second: `12.5 M`. */
export function formatShortRate(rate: number): string {
  const [divisor, unit] = rate >= 1e6 ? [1e6, ' M'] : rate >= 1e3 ? [1e3, ' k'] : [1, ''];
  return `${formatSignificant(rate / divisor, 3)}${unit}`;
}

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
