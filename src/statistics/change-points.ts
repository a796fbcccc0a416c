import { bestSplit, meanDistance } from './energy.ts';
import { median } from './quantile.ts';
import { createRandom, type Random } from './random.ts';

/** A place in a series from which on its level is another one. */
export interface ChangePoint {
  /** The index of the first value of the new level. */
  readonly at: number;
  /** Medians of the values since the change before and up to the next one, in the unit of the values. */
  readonly before: number;
  readonly after: number;
  /** As a share: 0.05 is 5 % more. */
  readonly change: number;
  /** Of no change in the stretch that was cut here. */
  readonly p: number;
}

/** How change points are looked for. */
export interface ChangePointOptions {
  /** The chance of a false alarm in a series without change; default 0.01. */
  readonly alpha?: number;
  /** Changes smaller than this share are not told; default 0.01. */
  readonly threshold?: number;
  /** The same seed and values give the same changes. */
  readonly seed?: number;
}

/** Values on each side of a change: with less, two slow runs in a row would be one. */
export const leastStretch = 3;

/** Values below which nothing can be found. */
export const leastValues = 2 * leastStretch;

/**
 * Values from which on a stretch is judged by its own orders. Of fewer, too few orders differ: 3 of 14 values stand
 * together at one of the ends in 2 of 364 choices (p = 0.0055), 3 of 11 in 2 of 165 (p = 0.012).
 */
const leastPermuted = 14;

const resamples = 999;

/**
 * The changes of level in a series of positive values, in their order, by E-divisive on logarithms (see `bestSplit`): the
 * series is cut where its energy statistic is largest, if that is significant, and so are its parts. A stretch of 14
 * values and more is judged by a permutation test, as in the paper, which holds for noise of any shape. Of a shorter one
 * no order would be rare enough: it is judged against simulated series of normal noise, which a statistic without unit
 * (over the mean distance of the values) can be, as Worsley judges a shift ("On the likelihood ratio test for a shift in
 * location of normal populations", JASA 74, 1979). Then each change is sought again between its neighbours, and those
 * under the threshold are dropped, as by Fleming et al. ("Hunter: using change point detection to hunt for performance
 * regressions", ICPE 2023). Less than six values have none. Both tests take the values for independent.
 */
export function changePointsOf(
  values: readonly number[],
  { alpha = 0.01, threshold = 0.01, seed = 1 }: ChangePointOptions = {},
): ChangePoint[] {
  if (!values.every((value) => value > 0 && value < Number.POSITIVE_INFINITY))
    throw new RangeError('logarithms need values above 0');
  const logs = values.map(Math.log);
  const cuts = settled(logs, cutsOf(logs, 0, alpha, createRandom(seed)));
  return described(logs, withoutSmall(logs, cuts, Math.log1p(threshold)));
}

/** A place where a series is cut, and how sure that is. */
interface Cut {
  readonly at: number;
  readonly p: number;
}

/** The significant cuts of a stretch that begins at an index, in their order. */
function cutsOf(logs: readonly number[], start: number, alpha: number, random: Random): Cut[] {
  const split = bestSplit(logs, leastStretch);
  if (split === undefined) return [];
  const p = significance(logs, split.energy, alpha, random);
  if (p >= alpha) return [];
  return [
    ...cutsOf(logs.slice(0, split.at), start, alpha, random),
    { at: start + split.at, p },
    ...cutsOf(logs.slice(split.at), start + split.at, alpha, random),
  ];
}

/** How often a stretch without change has a split as clear as this; 1 as soon as that is `alpha` or more. */
function significance(logs: readonly number[], energy: number, alpha: number, random: Random): number {
  const scale = meanDistance(logs);
  // Sums in another order differ in their last bits.
  const limit = (energy / scale) * (1 - 1e-9);
  if (!(limit > 0)) return 1;
  let asClear = 1;
  for (let resample = 0; resample < resamples; resample++) {
    if (clarityOf(likeness(logs, random)) >= limit) asClear++;
    if (asClear >= alpha * (resamples + 1)) return 1;
  }
  return asClear / (resamples + 1);
}

/** As many values that have no change. */
function likeness(logs: readonly number[], random: Random): number[] {
  return logs.length < leastPermuted ? logs.map(() => random.normal()) : random.shuffle(logs);
}

function clarityOf(values: readonly number[]): number {
  return (bestSplit(values, leastStretch)?.energy ?? 0) / meanDistance(values);
}

/** Moves each cut to the best place between its neighbours, until all rest or have been moved often enough. */
function settled(logs: readonly number[], cuts: readonly Cut[]): Cut[] {
  let current = [...cuts];
  for (let round = 0; round <= cuts.length; round++) {
    const moved = [...current];
    for (const [index, { p }] of moved.entries()) {
      const start = moved[index - 1]?.at ?? 0;
      const split = bestSplit(logs.slice(start, moved[index + 1]?.at), leastStretch);
      if (split !== undefined) moved[index] = { at: start + split.at, p };
    }
    const rests = moved.every(({ at }, index) => at === current[index]?.at);
    current = moved;
    if (rests) break;
  }
  return current;
}

/** Drops the smallest step and settles the others, until none is smaller than `least`. */
function withoutSmall(logs: readonly number[], cuts: readonly Cut[], least: number): readonly Cut[] {
  if (cuts.length === 0) return cuts;
  const levels = levelsOf(logs, cuts);
  const steps = cuts.map((_, index) => Math.abs((levels[index + 1] as number) - (levels[index] as number)));
  const smallest = Math.min(...steps);
  if (smallest >= least) return cuts;
  const left = cuts.toSpliced(steps.indexOf(smallest), 1);
  return withoutSmall(logs, settled(logs, left), least);
}

/** The level of every stretch between cuts: the median, which a slow run now and then does not move. */
function levelsOf(logs: readonly number[], cuts: readonly Cut[]): number[] {
  const bounds = [0, ...cuts.map(({ at }) => at), logs.length];
  return bounds.slice(1).map((end, index) => median(logs.slice(bounds[index], end)));
}

function described(logs: readonly number[], cuts: readonly Cut[]): ChangePoint[] {
  if (cuts.length === 0) return [];
  const levels = levelsOf(logs, cuts);
  return cuts.map(({ at, p }, index) => {
    const [from, to] = [levels[index] as number, levels[index + 1] as number];
    return { at, before: Math.exp(from), after: Math.exp(to), change: Math.expm1(to - from), p };
  });
}
