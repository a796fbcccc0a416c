/** Where a series falls most clearly into two parts. */
export interface Split {
  /** The index of the first value of the second part. */
  readonly at: number;
  /** The energy statistic of the two parts, in the unit of the values. */
  readonly energy: number;
}

/**
 * The split of a series with the largest energy statistic, by E-divisive (Matteson and James, "A nonparametric approach
 * for multiple change point analysis of multivariate data", JASA 109(505), 2014, equations 5 to 7, with α = 1). Of the m
 * values x before `at` and the n values y from there on it is
 *
 *   mn / (m + n) (2 mean |x - y| - mean |x - x'| - mean |y - y'|),
 *
 * means over pairs of different values. As there, y may end before the series does, so that a level that comes and goes
 * is found too. Neither part has less than `least` values (at least two). Undefined for a series too short for that.
 */
export function bestSplit(values: ArrayLike<number>, least: number): Split | undefined {
  const { length } = values;
  if (length < 2 * least) return undefined;
  const within = sumsWithin(values);
  // Of each index: the distances of all values before `at` to all values before that index.
  const toAll = new Float64Array(length + 1);
  let best: Split | undefined;
  for (let at = 1; at <= length - least; at++) {
    addDistances(toAll, values, at - 1);
    if (at < least) continue;
    const inFirst = within[at] as number;
    for (let end = at + least; end <= length; end++) {
      const between = (toAll[end] as number) - 2 * inFirst;
      const inSecond = (within[end] as number) - between - inFirst;
      const energy = energyOf(between, { sum: inFirst, count: at }, { sum: inSecond, count: end - at });
      if (best === undefined || energy > best.energy) best = { at, energy };
    }
  }
  return best;
}

/** The mean distance of two different values: Gini's mean difference. Needs at least two values. */
export function meanDistance(values: ArrayLike<number>): number {
  const { length } = values;
  return pairMean({ sum: sumsWithin(values)[length] as number, count: length });
}

/** Values, and the sum of the distances of their pairs. */
interface Part {
  readonly sum: number;
  readonly count: number;
}

function energyOf(between: number, a: Part, b: Part): number {
  const pairs = a.count * b.count;
  const distance = (2 * between) / pairs - pairMean(a) - pairMean(b);
  return (pairs / (a.count + b.count)) * distance;
}

function pairMean({ sum, count }: Part): number {
  return (2 * sum) / (count * (count - 1));
}

/** Of each index: the distances of all pairs before it. */
function sumsWithin(values: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let last = 0; last < values.length; last++) {
    let sum = sums[last] as number;
    for (let other = 0; other < last; other++) sum += distance(values, last, other);
    sums[last + 1] = sum;
  }
  return sums;
}

/** Adds to the sum of each index the distances of one value to all values before that index. */
function addDistances(sums: Float64Array, values: ArrayLike<number>, of: number): void {
  let sum = 0;
  for (let index = 0; index < values.length; index++) {
    sum += distance(values, of, index);
    sums[index + 1] = (sums[index + 1] as number) + sum;
  }
}

function distance(values: ArrayLike<number>, a: number, b: number): number {
  return Math.abs((values[a] as number) - (values[b] as number));
}
