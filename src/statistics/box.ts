import { mildFence, severeFence } from './outliers.ts';
import { quantileOfSorted, sorted } from './quantile.ts';

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
 * The schematic plot of Tukey, "Exploratory data analysis", 1977, section 2D: fences 1.5 interquartile ranges from the
 * quartiles, the outer ones 3. A whisker is never inside the box. Throws a RangeError for no samples.
 */
export function boxOf(samples: readonly number[]): Box {
  const ordered = sorted(samples);
  const [lower, median, upper] = [0.25, 0.5, 0.75].map((share) => quantileOfSorted(ordered, share)) as [
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
