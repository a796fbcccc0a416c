import { formatSignificant } from '../report/format-number.ts';
import { formatTime, timeUnit } from '../report/format-time.ts';
import type { Dimension } from './functions.ts';
import { intervalOf, type Quantity } from './quantity.ts';

/** A quantity as a person reads it: `131.0 ns [128.0 ns 135.0 ns]`; without an interval if it is exact. */
export function formatQuantity(quantity: Quantity, dimension: Dimension, confidence: number): string {
  const { point, low, high } = intervalOf(quantity, confidence);
  const format = formatterOf(dimension, point);
  if (quantity.replicates === undefined) return format(point);
  return `${format(point)} [${format(low)} ${format(high)}]`;
}

/** A formatter for a value and its bounds: all have the unit in which the value reads best. */
function formatterOf(dimension: Dimension, point: number): (value: number) => string {
  switch (dimension) {
    case 'time': {
      const unit = timeUnit(Math.abs(point));
      return (value) => formatTime(value, unit);
    }
    case 'number':
      return formatNumber;
    case 'percentage':
      return (value) => `${formatNumber(value * 100)}%`;
  }
}

/** Four significant digits, without zeros at the end: `0.1974`, `4`. */
function formatNumber(value: number): string {
  const text = formatSignificant(value, 4);
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return short === '-0' ? '0' : short;
}
