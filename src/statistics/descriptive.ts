/** The arithmetic mean. */
export function mean(values: readonly number[]): number {
  refuseNone(values);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The sample variance (divisor n - 1), of at least two values. */
export function variance(values: readonly number[]): number {
  const center = mean(values);
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1);
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * The quantile for a probability in [0, 1], with linear interpolation between the two nearest order
 * statistics: type 7 of Hyndman and Fan, "Sample quantiles in statistical packages", The American
 * Statistician 50(4), 1996; criterion's and R's default.
 */
export function quantile(values: readonly number[], probability: number): number {
  return quantileOfSorted(sorted(values), probability);
}

/** As `quantile`, of values that are in ascending order already. */
export function quantileOfSorted(values: ArrayLike<number>, probability: number): number {
  refuseNone(values);
  if (!(probability >= 0 && probability <= 1)) throw new RangeError(`${probability} is no probability`);
  const position = (values.length - 1) * probability;
  const below = Math.floor(position);
  const low = values[below] as number;
  const high = values[Math.ceil(position)] as number;
  return low + (high - low) * (position - below);
}

/** A copy in ascending order. */
export function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

function refuseNone(values: ArrayLike<number>): void {
  if (values.length === 0) throw new RangeError('no values');
}
