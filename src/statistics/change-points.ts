import { mean, median, sorted } from './descriptive.ts';
import { createRandom, type Random } from './random.ts';
import { memoryAround } from './runs.ts';

/** Where a series falls most clearly into two parts. */
export interface Split {
  /** The index of the first value of the second part. */
  readonly at: number;
  /** The energy statistic of the two parts, in the unit of the values. */
  readonly energy: number;
}

/**
 * The split of a series with the largest energy statistic, by E-divisive (Matteson and James, "A
 * nonparametric approach for multiple change point analysis of multivariate data", JASA 109(505), 2014,
 * equations 5 to 7, with α = 1). Of the m values x before `at` and the n values y from there on it is
 *
 *  mn / (m + n) (2 mean |x - y| - mean |x - x'| - mean |y - y'|),
 *
 * means over pairs of different values. As there, y may end before the series does, so that a level that
 * comes and goes is found too. Neither part has less than `least` values (at least two). Undefined for a
 * series too short for that.
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

/** A place in a series from which on its level is another one. */
export interface ChangePoint {
  /** The index of the first value of the new level. */
  readonly at: number;
  /** Medians of the values since the change before and up to the next one, in the unit of the values. */
  readonly before: number;
  readonly after: number;
  /** As a fraction: 0.05 is 5 % more. */
  readonly change: number;
  /** Of no change in the segment that was cut here. */
  readonly p: number;
}

/** How change points are looked for. */
export interface ChangePointOptions {
  /** The chance of a false positive in a series without change; default 0.01. */
  readonly alpha?: number;
  /** Changes smaller than this fraction are not told; default 0.01. */
  readonly threshold?: number;
  /** The same seed and values give the same changes. */
  readonly seed?: number;
}

/** Values on each side of a change: with less, two slow runs in a row would be one. */
export const minSegment = 3;

/** Values below which nothing can be found. */
export const minValues = 2 * minSegment;

/**
 * Values from which on a segment is judged by its own orders. Of fewer, too few orders differ: 3 of 14 values
 * stand together at one of the ends in 2 of 364 choices (p = 0.0055), 3 of 11 in 2 of 165 (p = 0.012).
 */
const minPermuted = 14;

const resamples = 999;

/**
 * The changes of level in a series of positive values, in their order, by E-divisive on logarithms (see
 * `bestSplit`): the series is cut where its energy statistic is largest, if that is significant, and so are
 * its parts. A segment of 14 values and more is judged by a permutation test, as in the paper, which holds
 * for noise of any shape. Of a shorter one no order would be rare enough: it is judged against simulated
 * series of normal noise, which a statistic without unit (over the mean distance of the values) can be, as
 * Worsley judges a shift ("On the likelihood ratio test for a shift in location of normal populations", JASA
 * 74, 1979). Then each change is sought again between its neighbours, and those under the threshold are
 * dropped, as by Fleming et al. ("Hunter: using change point detection to hunt for performance regressions",
 * ICPE 2023). Less than six values have none. Runs may remember those before them: what a segment is judged
 * against remembers as much (see `memoryOfSeries`).
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

/** The significant cuts of a segment that begins at an index, in their order. */
function cutsOf(logs: readonly number[], start: number, alpha: number, random: Random): Cut[] {
  const split = bestSplit(logs, minSegment);
  if (split === undefined) return [];
  const p = significance(logs, split, alpha, random);
  if (p >= alpha) return [];
  return [
    ...cutsOf(logs.slice(0, split.at), start, alpha, random),
    { at: start + split.at, p },
    ...cutsOf(logs.slice(split.at), start + split.at, alpha, random),
  ];
}

/** How often a segment without change has a split as clear as this; 1 as soon as that is `alpha` or more. */
function significance(logs: readonly number[], { at, energy }: Split, alpha: number, random: Random): number {
  const scale = meanDistance(logs);
  // Sums in another order differ in their last bits.
  const limit = (energy / scale) * (1 - 1e-9);
  if (!(limit > 0)) return 1;
  const likeness = likenessOf(logs, memoryOfSeries(logs, at), random);
  let asClear = 1;
  for (let resample = 0; resample < resamples; resample++) {
    if (clarityOf(likeness()) >= limit) asClear++;
    if (asClear >= alpha * (resamples + 1)) return 1;
  }
  return asClear / (resamples + 1);
}

/**
 * Standard errors (1 / sqrt(values)) that are added to what differences show: of few values they show little.
 */
const caution = 1.3;

/**
 * What a value's deviation takes over from the one before. Around the two levels of a split a further step
 * looks like memory, in differences it does not: of an AR(1) series those of the second order have 1 + memory
 * times the variance of those of the first. The smaller is taken.
 */
function memoryOfSeries(logs: readonly number[], at: number): number {
  const [first, second] = [1, 2].map((lag) =>
    trimmedMeanOfSquares(logs.slice(lag).map((log, index) => log - (logs[index] as number))),
  ) as [number, number];
  const seen = first === 0 ? 0 : second / first - 1 + caution / Math.sqrt(logs.length);
  return Math.min(memoryAround(logs, at), Math.max(0, seen));
}

/** Without the fifth that is largest, in which steps are. */
function trimmedMeanOfSquares(values: readonly number[]): number {
  const squares = [...sorted(values.map((value) => value ** 2))];
  return mean(squares.slice(0, Math.ceil(0.8 * squares.length)));
}

/**
 * Makes series of as many values that have no change: an autoregression of the memory that the segment has
 * around its two levels, of the segment's own innovations in another order, or of normal ones.
 */
function likenessOf(logs: readonly number[], memory: number, random: Random): () => number[] {
  const center = mean(logs);
  const first = Math.sqrt(1 - memory ** 2);
  const innovations = logs.map((log, index) =>
    index === 0 ? first * (log - center) : log - center - memory * ((logs[index - 1] as number) - center),
  );
  return () => {
    const drawn = logs.length < minPermuted ? logs.map(() => random.normal()) : random.shuffle(innovations);
    let last = 0;
    return drawn.map((innovation, index) => {
      last = index === 0 ? innovation / first : memory * last + innovation;
      return last;
    });
  };
}

function clarityOf(values: readonly number[]): number {
  return (bestSplit(values, minSegment)?.energy ?? 0) / meanDistance(values);
}

/**
 * Moves each cut to the best place between its neighbours, until all rest or have been moved often enough.
 */
function settled(logs: readonly number[], cuts: readonly Cut[]): Cut[] {
  let current = [...cuts];
  for (let round = 0; round <= cuts.length; round++) {
    const moved = [...current];
    for (const [index, { p }] of moved.entries()) {
      const start = moved[index - 1]?.at ?? 0;
      const split = bestSplit(logs.slice(start, moved[index + 1]?.at), minSegment);
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

/** The level of every segment between cuts: the median, which a slow run now and then does not move. */
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

/** A series that changes little by little. */
export interface Gradual {
  /** Along the line from the first value to the last, as a fraction. */
  readonly change: number;
}

/**
 * Whether a series of positive values that was cut into levels is rather a line: by Schwarz's criterion of
 * the logarithms ("Estimating the dimension of a model", Annals of Statistics 6, 1978), with a level and a
 * place for every cut as Yao counts ("Estimating the number of change-points via Schwarz' criterion",
 * Statistics and Probability Letters 6, 1988), against a line's two. `cuts` are the indices at which new
 * levels begin. Undefined for levels, and without cuts.
 */
export function gradualChange(values: readonly number[], cuts: readonly number[]): Gradual | undefined {
  if (cuts.length === 0) return undefined;
  const logs = values.map(Math.log);
  const bounds = [0, ...cuts, logs.length];
  const levels = bounds.slice(1).map((end, index) => logs.slice(bounds[index], end));
  const ofLevels = levels.reduce((sum, level) => sum + squares(level, mean(level)), 0);
  const { slope, rest } = lineThrough(logs);
  const lineIsBetter =
    criterion(logs.length, rest, 2) < criterion(logs.length, ofLevels, 2 * cuts.length + 1);
  return lineIsBetter ? { change: Math.expm1(slope * (logs.length - 1)) } : undefined;
}

function criterion(count: number, rest: number, parameters: number): number {
  return count * Math.log(rest / count) + parameters * Math.log(count);
}

function squares(values: readonly number[], center: number): number {
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0);
}

/** The line of least squares over the indices, and what it leaves. */
function lineThrough(values: readonly number[]): { slope: number; rest: number } {
  const [middle, center] = [(values.length - 1) / 2, mean(values)];
  const indices = values.map((_, index) => index);
  const slope =
    values.reduce((sum, value, index) => sum + (index - middle) * (value - center), 0) /
    squares(indices, middle);
  const rest = values.reduce(
    (sum, value, index) => sum + (value - center - slope * (index - middle)) ** 2,
    0,
  );
  return { slope, rest };
}
