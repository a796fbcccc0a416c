import { mean, median } from './quantile.ts';
import { createRandom } from './random.ts';

/** Values that fall into two groups. */
export interface TwoModes {
  /** The medians of the groups, and how many values each has. */
  readonly low: number;
  readonly high: number;
  readonly inLow: number;
  readonly inHigh: number;
  /** How often normal values would fall apart as clearly. */
  readonly p: number;
}

/** Values below which two groups cannot be told from chance. */
const leastValues = 8;

/** The least share of the values that makes a group; fewer are outliers. */
const leastShare = 0.15;

const simulations = 1000;

/**
 * Looks for two groups: the share of the sum of squares that the best split explains (Engelman and Hartigan, "Percentage
 * points of a test for clusters", JASA 64, 1969), its p-value by simulating normal values from a fixed seed. Undefined
 * for less than eight values.
 */
export function twoModesOf(values: readonly number[]): TwoModes | undefined {
  if (values.length < leastValues) return undefined;
  const ordered = values.toSorted((a, b) => a - b);
  const { explained, inLow } = bestSplit(ordered);
  const random = createRandom(values.length);
  let asClear = 0;
  for (let simulation = 0; simulation < simulations; simulation++) {
    const drawn = values.map(() => random.normal()).sort((a, b) => a - b);
    if (bestSplit(drawn).explained >= explained) asClear++;
  }
  return {
    low: median(ordered.slice(0, inLow)),
    high: median(ordered.slice(inLow)),
    inLow,
    inHigh: values.length - inLow,
    p: (asClear + 1) / (simulations + 1),
  };
}

function bestSplit(ordered: readonly number[]): { explained: number; inLow: number } {
  const n = ordered.length;
  const least = Math.max(2, Math.ceil(n * leastShare));
  const center = mean(ordered);
  const total = ordered.reduce((sum, value) => sum + (value - center) ** 2, 0);
  let best = { explained: 0, inLow: least };
  let sumLow = 0;
  for (const [index, value] of ordered.entries()) {
    sumLow += value - center;
    const inLow = index + 1;
    if (inLow < least || n - inLow < least) continue;
    // The deviations of both groups sum to 0, so one sum gives the squares of both.
    const explained = (sumLow ** 2 * (1 / inLow + 1 / (n - inLow))) / total;
    if (explained > best.explained) best = { explained, inLow };
  }
  return best;
}
