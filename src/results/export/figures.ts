import type { Estimate } from '../document.ts';

/** Significant digits of a time, as criterion prints them, and of a ratio. */
const [timeDigits, ratioDigits] = [4, 3];

const units = [
  ['ms', 1e6],
  ['µs', 1e3],
  ['ns', 1],
] as const;

/** Nanoseconds as files hold them: with three decimals, below a tenth of what a clock read over a batch can tell. */
export function decimal(nanoseconds: number): number {
  return Number(nanoseconds.toFixed(3));
}

/** `[116.4 117.5 119.0] ns`: low, estimate and high in the unit that suits the estimate; or `4.600 µs` alone. */
export function formatInterval({ low, point, high }: Estimate): string {
  const rounded = Number(point.toPrecision(timeDigits));
  const [unit, size] = units.find(([, nanoseconds]) => rounded >= nanoseconds) ?? units[2];
  const decimals = decimalsFor(point / size, timeDigits);
  const figures = low === null || high === null ? [point] : [low, point, high];
  const text = figures.map((nanoseconds) => (nanoseconds / size).toFixed(decimals)).join(' ');
  return `${figures.length === 1 ? text : `[${text}]`} ${unit}`;
}

/** `36.4x`; `?` where there is no such ratio. */
export function formatRatio(ratio: number): string {
  return Number.isFinite(ratio) ? `${ratio.toFixed(decimalsFor(ratio, ratioDigits))}x` : '?';
}

/** `95 %`. */
export function formatShare(share: number): string {
  return `${decimal(share * 100)} %`;
}

/** Decimals that give a number so many significant digits; never fewer than none. */
function decimalsFor(value: number, digits: number): number {
  const magnitude = value > 0 ? Math.floor(Math.log10(value)) : 0;
  return Math.min(20, Math.max(0, digits - 1 - magnitude));
}
