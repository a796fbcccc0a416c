import { quantileOfSorted, sorted } from './quantile.ts';

/** How many samples lie beyond the fences, in criterion's four classes. */
export interface Outliers {
  readonly lowSevere: number;
  readonly lowMild: number;
  readonly highMild: number;
  readonly highSevere: number;
  /** Samples in all. */
  readonly samples: number;
}

/** Distances of the fences from the quartiles, in interquartile ranges. */
export const mildFence = 1.5;
export const severeFence = 3;

/**
 * Counts outliers by Tukey's fences ("Exploratory data analysis", 1977, section 2D), each fork by its own quartiles: that
 * forks differ makes no outliers. Nothing is dropped.
 */
export function outliersOf(forks: readonly (readonly number[])[]): Outliers {
  const counts = { lowSevere: 0, lowMild: 0, highMild: 0, highSevere: 0, samples: 0 };
  for (const samples of forks) {
    counts.samples += samples.length;
    if (samples.length === 0) continue;
    const ordered = sorted(samples);
    const [low, high] = [quantileOfSorted(ordered, 0.25), quantileOfSorted(ordered, 0.75)];
    const range = high - low;
    for (const sample of samples) {
      if (sample < low - severeFence * range) counts.lowSevere++;
      else if (sample < low - mildFence * range) counts.lowMild++;
      else if (sample > high + severeFence * range) counts.highSevere++;
      else if (sample > high + mildFence * range) counts.highMild++;
    }
  }
  return counts;
}

/**
 * The samples of a fork with its severe outliers pulled in to their fence (winsorized): one interruption of a millisecond would
 * otherwise be all of a variance. Of a normal distribution's samples one in 400,000 lies out there.
 */
export function withoutSevere(samples: readonly number[]): number[] {
  if (samples.length === 0) return [];
  const ordered = sorted(samples);
  const [low, high] = [quantileOfSorted(ordered, 0.25), quantileOfSorted(ordered, 0.75)];
  const reach = severeFence * (high - low);
  return samples.map((sample) => Math.min(high + reach, Math.max(low - reach, sample)));
}
