import { mean, variance } from './descriptive.ts';
import { studentQuantile } from './student.ts';

/** A value that stands out from the others. */
export interface StandingOut {
  readonly index: number;
  /** Of the others, in the values' unit. */
  readonly mean: number;
  /**
   * Its distance from the mean of the others, in standard deviations of the others; infinite where they do
   * not differ.
   */
  readonly deviations: number;
}

/**
 * Fewer values cannot tell that one of them stands out: of three, one would have to be 190 deviations away.
 */
export const minToStandOut = 4;

/**
 * The values that no normal distribution of the others would give: Rosner's generalised extreme Studentised
 * deviate ("Percentage points for a generalized ESD many-outlier procedure", Technometrics 25(2), 1983), in
 * terms of the deviate without the value itself, t = (x - mean) / (sd sqrt(1 + 1/(n - 1))), which has a
 * Student distribution of n - 2 degrees of freedom. `alpha` is the chance that any value is named where all
 * are alike. At most a third of the values are named, the farthest first. (Median ± 3 robust deviations names
 * one in 20 to 27 % of sets of 4 to 50 values that are alike.)
 */
export function standOut(values: readonly number[], alpha = 0.01): StandingOut[] {
  const left = values.map((value, index) => ({ value, index }));
  const found: (StandingOut & { readonly isBeyond: boolean })[] = [];
  const most = Math.floor(values.length / 3);
  for (let step = 0; step < most && left.length >= minToStandOut; step++) {
    const farthest = farthestOf(left.map(({ value }) => value));
    const t = farthest.deviations / Math.sqrt(1 + 1 / (left.length - 1));
    const isBeyond = t > studentQuantile(1 - alpha / (2 * left.length), left.length - 2);
    const [taken] = left.splice(farthest.index, 1);
    if (taken !== undefined) found.push({ ...farthest, index: taken.index, isBeyond });
  }
  // Two that stand out hide each other: the last one that is beyond takes those before it along.
  const last = found.findLastIndex(({ isBeyond }) => isBeyond);
  return found.slice(0, last + 1).map(({ isBeyond: _, ...each }) => each);
}

/** The value that is the farthest from the others. */
function farthestOf(values: readonly number[]): StandingOut {
  const center = mean(values);
  const distances = values.map((value) => Math.abs(value - center));
  const index = distances.indexOf(Math.max(...distances));
  const others = values.filter((_, each) => each !== index);
  const spread = Math.sqrt(variance(others));
  const distance = Math.abs((values[index] ?? 0) - mean(others));
  return { index, mean: mean(others), deviations: distance === 0 ? 0 : distance / spread };
}
