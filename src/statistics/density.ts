import { mean, quantileOfSorted, sorted, variance } from './descriptive.ts';

/** A density at a value. */
export interface DensityPoint {
  readonly at: number;
  /** A unit of the values' fraction: the whole density encloses 1. */
  readonly density: number;
}

/** Where a density is asked for: evenly from one value to another, at so many places (two at least). */
export interface DensityGrid {
  readonly from: number;
  readonly to: number;
  readonly places: number;
}

/** The kernel is nothing beyond so many bandwidths: below 1e-8 of its top. */
const reach = 6;

/**
 * The bandwidth of a Gaussian kernel by Silverman's rule of thumb ("Density estimation for statistics and
 * data analysis", 1986, equation 3.31; R's `bw.nrd0`): 0.9 min(s, IQR / 1.34) n^(-1/5), of two values at
 * least. It is 0 if all values are equal; where only the quartiles are, the standard deviation s decides. Two
 * modes closer than about three bandwidths run into one.
 */
export function bandwidthOf(values: readonly number[]): number {
  const ordered = sorted(values);
  const deviation = Math.sqrt(variance(values));
  const range = quantileOfSorted(ordered, 0.75) - quantileOfSorted(ordered, 0.25);
  const spread = Math.min(deviation, range / 1.34) || deviation;
  return 0.9 * spread * values.length ** -0.2;
}

/**
 * The kernel density estimate of values with a Gaussian kernel (Rosenblatt, "Remarks on some nonparametric
 * estimates of a density function", 1956; Parzen, 1962), in the unit in which they are given: densities of
 * times are made of logarithms. Undefined for less than two values and where all are equal, which have no
 * density.
 */
export function densityOf(
  values: readonly number[],
  { from, to, places }: DensityGrid,
): DensityPoint[] | undefined {
  if (values.length < 2) return undefined;
  const bandwidth = bandwidthOf(values);
  if (!(bandwidth > Math.abs(mean(values)) * Number.EPSILON)) return undefined;
  const scale = 1 / (values.length * bandwidth * Math.sqrt(2 * Math.PI));
  return Array.from({ length: places }, (_, index) => {
    const at = from + ((to - from) * index) / (places - 1);
    let sum = 0;
    for (const value of values) {
      const z = (at - value) / bandwidth;
      if (Math.abs(z) < reach) sum += Math.exp(-0.5 * z * z);
    }
    return { at, density: sum * scale };
  });
}
