import { tickStep, ticks } from '../vendor/d3-array.ts';

const leastStep = 1e-300;

/**
 * Multiples of 1, 2 or 5 times a power of ten within bounds, at most `most` steps of them; none for no room.
 */
export function linearTicks(low: number, high: number, most: number): number[] {
  const minStep = (high - low) / most;
  // Doubles this close to 0 have too few digits for round steps between them.
  if (low < high && minStep < leastStep) return [];
  let count = most;
  // d3 takes the nearest round step, which may be one too small. A fifth less passes over none.
  while (tickStep(low, high, count) < minStep) count *= 0.8;
  return ticks(low, high, count);
}

/**
 * Digits times the powers of ten, ascending: from the power at or below `low` to that at or above `high`, and
 * `beyond` so many further on either side.
 */
export function roundValues(
  low: number,
  high: number,
  digits: readonly number[] = [1, 2, 5],
  beyond = 0,
): number[] {
  const first = Math.floor(Math.log10(low)) - beyond;
  const last = Math.ceil(Math.log10(high)) + beyond;
  const exponents = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return exponents.flatMap((exponent) => digits.map((digit) => Number(`${digit}e${exponent}`)));
}

/** Powers of ten before the others: the order in which labels are given room. */
export function powersFirst(values: readonly number[]): number[] {
  const isPower = (value: number) => Number.isInteger(Math.log10(value));
  return values.toSorted((a, b) => Number(isPower(b)) - Number(isPower(a)));
}
