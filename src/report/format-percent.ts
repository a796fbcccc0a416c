import { formatSignificant } from './format-number.ts';

/** A share as a percentage of two digits, as `9.3 %`. */
export function formatPercent(share: number): string {
  return `${formatSignificant(share * 100, 2)} %`;
}

/** A share as a signed percentage, as `+1.25%`. */
export function formatChange(share: number): string {
  return `${share < 0 ? '-' : '+'}${Math.abs(share * 100).toFixed(2)}%`;
}

/** A p-value, as `p = 0.62` or `p < 0.01`. */
export function formatP(p: number): string {
  return p < 0.005 ? 'p < 0.01' : `p = ${p.toFixed(2)}`;
}
