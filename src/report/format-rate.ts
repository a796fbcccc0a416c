import { formatSignificant } from './format-number.ts';

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
