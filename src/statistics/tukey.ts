import { quantileOfSorted, sorted } from './descriptive.ts';

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
const mildFence = 1.5;
const severeFence = 3;

/**
 * Counts outliers by Tukey's fences ("Exploratory data analysis", 1977, section 2D), each fork by its own
 * quartiles: that forks differ makes no outliers. Nothing is dropped.
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
 * The samples of a fork with its severe outliers pulled in to their fence (winsorized): one interruption of a
 * millisecond would otherwise be all of a variance. Of a normal distribution's samples one in 400,000 lies
 * out there.
 */
export function withoutSevere(samples: readonly number[]): number[] {
  if (samples.length === 0) return [];
  const ordered = sorted(samples);
  const [low, high] = [quantileOfSorted(ordered, 0.25), quantileOfSorted(ordered, 0.75)];
  const reach = severeFence * (high - low);
  return samples.map((sample) => Math.min(high + reach, Math.max(low - reach, sample)));
}

/** What a box plot shows of samples, in their unit. */
export interface Box {
  /** The ends of the whiskers: the most extreme samples within the fences. */
  readonly low: number;
  readonly high: number;
  /** The ends of the box. */
  readonly quartiles: readonly [lower: number, upper: number];
  readonly median: number;
  /** Samples beyond the fences, in ascending order. */
  readonly mild: readonly number[];
  /** Samples beyond twice as far fences, in ascending order. */
  readonly severe: readonly number[];
}

/**
 * The schematic plot of Tukey, "Exploratory data analysis", 1977, section 2D: fences 1.5 interquartile ranges
 * from the quartiles, the outer ones 3. A whisker is never inside the box. Throws a RangeError for no
 * samples.
 */
export function boxOf(samples: readonly number[]): Box {
  const ordered = sorted(samples);
  const [lower, median, upper] = [0.25, 0.5, 0.75].map((fraction) => quantileOfSorted(ordered, fraction)) as [
    number,
    number,
    number,
  ];
  const range = upper - lower;
  const outside = (fence: number) => (sample: number) =>
    sample < lower - fence * range || sample > upper + fence * range;
  const within = ordered.filter((sample) => !outside(mildFence)(sample));
  return {
    low: Math.min(lower, within[0] ?? lower),
    high: Math.max(upper, within.at(-1) ?? upper),
    quartiles: [lower, upper],
    median,
    mild: [...ordered].filter((sample) => outside(mildFence)(sample) && !outside(severeFence)(sample)),
    severe: [...ordered].filter(outside(severeFence)),
  };
}
