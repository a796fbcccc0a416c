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

/**
 * A ratio with its bounds, as `[35.9 36.4 37.0]x`; the ratio alone where they are not known; `?` where there
 * is none.
 */
export function formatRatioInterval({
  point,
  low,
  high,
}: {
  readonly point: number;
  readonly low: number | null;
  readonly high: number | null;
}): string {
  if (!Number.isFinite(point)) return '?';
  if (low === null || high === null) return formatRatio(point);
  const three = [low, point, high];
  const texts = three.map((ratio) => formatSignificant(ratio, 3));
  if (high > maxAligned * low) return `[${texts.join(' ')}]x`;
  const decimals = Math.max(...texts.map((text) => text.split('.')[1]?.length ?? 0));
  // A bound beside 1 must not read as 1.
  const readsAsOne = three.some((ratio) => ratio !== 1 && Number(ratio.toFixed(decimals)) === 1);
  return `[${three.map((ratio) => ratio.toFixed(decimals + Number(readsAsOne))).join(' ')}]x`;
}

/** Bounds that are more times as far apart have decimals of their own. */
const maxAligned = 10;

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

/** A fraction as a percentage of two digits, as `9.3 %`. */
export function formatPercent(fraction: number): string {
  return `${formatSignificant(fraction * 100, 2)} %`;
}

/** A fraction as a signed percentage, as `+1.25%`. */
export function formatChange(fraction: number): string {
  return `${fraction < 0 ? '-' : '+'}${Math.abs(fraction * 100).toFixed(2)}%`;
}

/** A p-value, as `p = 0.62` or `p < 0.01`. */
export function formatP(p: number): string {
  return p < 0.005 ? 'p < 0.01' : `p = ${p.toFixed(2)}`;
}

/** Seconds in a unit in which they read well, as `40 s`, `12 min` or `3.5 h`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  return seconds < 6000 ? `${Math.ceil(seconds / 60)} min` : `${formatSignificant(seconds / 3600, 2)} h`;
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

/** What an iteration's cost is counted in: nanoseconds, or instructions of the processor. */
export const costUnits = ['ns/iter', 'instructions/iter'] as const;
export type CostUnit = (typeof costUnits)[number];

/** What the cost is called, as in the head of a column. */
export const costNames: Readonly<Record<CostUnit, string>> = {
  'ns/iter': 'time',
  'instructions/iter': 'instructions',
};

/** What the case is called that costs least. */
export const cheapestWords: Readonly<Record<CostUnit, string>> = {
  'ns/iter': 'fastest',
  'instructions/iter': 'fewest',
};

export type TimeUnit = 'ns' | 'µs' | 'ms';

/** A unit in which a cost is printed. */
export type DisplayUnit = TimeUnit | 'instr';

/** Nanoseconds, or instructions, in a unit. */
const sizes: Record<DisplayUnit, number> = { ns: 1, µs: 1e3, ms: 1e6, instr: 1 };

/** Significant digits of a time, as criterion prints them. */
const digits = 4;

/** The unit in which a time reads best: the largest of which it fills one, once it is rounded. */
export function timeUnit(nanoseconds: number): TimeUnit {
  const rounded = Number(nanoseconds.toPrecision(digits));
  if (rounded < sizes.µs) return 'ns';
  return rounded < sizes.ms ? 'µs' : 'ms';
}

/** The unit in which a cost reads best. Instructions are exact, so they are always printed whole. */
export function displayUnit(cost: number, of: CostUnit): DisplayUnit {
  return of === 'ns/iter' ? timeUnit(cost) : 'instr';
}

/** The figures of a cost, without the unit: `3.412` of 3412 ns in µs, `7,334` of as many instructions. */
export function formatIn(cost: number, unit: DisplayUnit): string {
  const isWhole = unit === 'instr' && Math.abs(cost) >= 1000;
  return isWhole ? Math.round(cost).toLocaleString('en-US') : formatSignificant(cost / sizes[unit], digits);
}

/** A cost with its unit, as `97.31 ns`, `3.412 µs` or `7,334 instr`. */
export function formatCost(cost: number, of: CostUnit): string {
  return formatWith(cost, displayUnit(cost, of));
}

/** A cost with a unit that was chosen for it and others. */
export function formatWith(cost: number, unit: DisplayUnit): string {
  return `${formatIn(cost, unit)} ${unit}`;
}

/** A time with its unit, as `97.31 ns` or `3.412 µs`. */
export function formatTime(nanoseconds: number): string {
  return formatWith(nanoseconds, timeUnit(nanoseconds));
}

/** A round cost without needless zeros, for axes: `100 ns`, `2.5 µs`, `5000 instr`. */
export function formatRound(cost: number, unit: DisplayUnit): string {
  return `${Number((cost / sizes[unit]).toPrecision(9))} ${unit}`;
}
