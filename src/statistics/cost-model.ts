import { mean, median } from './descriptive.ts';
import type { IntervalEstimate } from './estimate.ts';
import { createRandom } from './random.ts';
import { studentQuantile } from './student.ts';

/** What was measured at one size. */
export interface SizeTimes {
  /** More than 0, and no size twice. */
  readonly pages: number;
  /** The median of each fork, in ns: one at least, and more than 0. */
  readonly forks: readonly number[];
}

/** A time that grows evenly: fixed + perPage x pages. */
export interface Line {
  /** ns */
  readonly fixed: IntervalEstimate;
  /** ns a page */
  readonly perPage: IntervalEstimate;
}

/** The size at which a model is furthest from what was measured there, relative to that. */
interface Miss {
  readonly pages: number;
  /** Of the measured time, without sign; 0.05 is 5 % off. */
  readonly fraction: number;
}

/** How close a model comes to what was measured. */
interface Closeness {
  /**
   * 1 - (sum of the squared residuals) / (sum of the squared deviations from the mean time), in ns² and
   * unweighted, though the fit is weighted: R²1 of Kvålseth, "Cautionary note about R²", The American
   * Statistician 39(4), 1985. The largest sizes decide it, so it flatters: see `worstMiss`. It may be
   * negative. Undefined if all times are equal.
   */
  readonly r2: number | undefined;
  readonly worstMiss: Miss;
}

/** One line for all sizes. */
export interface LineModel extends Closeness {
  readonly kind: 'line';
  readonly line: Line;
}

/** Between which measured sizes one line ends and another starts. */
interface Knee {
  /** The last size of the line below, in pages. */
  readonly after: number;
  /** The first size of the line above, in pages. */
  readonly before: number;
  /** How often noise around one line would look as much like two. */
  readonly p: number;
}

/** Two lines, which need not meet at the knee. */
export interface KneeModel extends Closeness {
  readonly kind: 'knee';
  readonly knee: Knee;
  readonly below: Line;
  readonly above: Line;
}

/** What a module of so many pages costs. */
export type CostModel = LineModel | KneeModel;

/** Least sizes for a line, or for a piece of a model of two. */
export const minSizes = 3;

/** Least sizes among which a knee is looked for. */
const minSizesForKnee = 2 * minSizes;

const confidence = 0.95;

/** The chance of seeing a knee in noise around one line. */
const alpha = 0.005;

/** A line that is nowhere further off than this fraction needs no knee. */
const minMiss = 0.01;

const simulations = 2000;

/** A size as the regression sees it. */
interface Observation {
  readonly pages: number;
  readonly time: number;
  readonly weight: number;
}

/** A line through observations. */
interface Regression {
  readonly fixed: number;
  readonly perPage: number;
  /** Variances of the two, for residuals of variance 1. */
  readonly fixedVariance: number;
  readonly perPageVariance: number;
  /** Weighted sum of the squared residuals. */
  readonly squares: number;
}

/**
 * Fits one line to the sizes' medians (of their forks' medians) by weighted least squares (Draper and Smith,
 * "Applied regression analysis", 1998, chapter 9). Noise is taken as a fraction of the time, the same for all
 * sizes, so a size weighs 1/t². The size is the unit, however many forks it has: what its code's place in
 * caches and pages does to it, it does to all its forks. Student's t with sizes - 2 degrees of freedom gives
 * the intervals.
 *
 * Throws a RangeError for less than three sizes, a size twice or without forks, and what is not above 0.
 */
export function fitLine(points: readonly SizeTimes[]): LineModel {
  return lineModel(observationsOf(points));
}

/**
 * Fits one line as `fitLine` does, or two with a knee between them, three sizes each at least, if two are
 * better by more than chance and one is off by 1 % somewhere. The best of all knees is taken (Quandt, "Tests
 * of the hypothesis that a linear regression system obeys two separate regimes", JASA 55, 1960), by the
 * fraction of the weighted sum of squares that it explains, which ranks as the F statistic of Chow does
 * ("Tests of equality between sets of coefficients in two linear regressions", Econometrica 28, 1960). As the
 * largest F of many has no F distribution (Andrews, "Tests for parameter instability and structural change
 * with unknown change point", Econometrica 61, 1993), its p-value is found by simulating normal noise at
 * these sizes and weights from a fixed seed: a Monte Carlo test (Dwass, "Modified randomization tests for
 * nonparametric hypotheses", Annals of Mathematical Statistics 28, 1957).
 *
 * The intervals of two lines share the residuals of both, with sizes - 4 degrees of freedom; they take the
 * knee as known. Throws as `fitLine` does.
 */
export function fitCostModel(points: readonly SizeTimes[]): CostModel {
  const observed = observationsOf(points);
  const line = lineModel(observed);
  if (observed.length < minSizesForKnee || line.worstMiss.fraction < minMiss) return line;
  const { explained, sizesBelow } = bestSplit(observed);
  const p = chanceOfExplaining(explained, observed);
  return p === undefined ? line : kneeModel(observed, sizesBelow, p);
}

/**
 * The time in ns that a model gives for a size, which may lie outside the measured ones. Between the two
 * sizes of a knee, where nothing was measured, the line below ends at their geometric mean.
 */
export function timeAt(model: CostModel, pages: number): number {
  const { fixed, perPage } = lineFor(model, pages);
  return fixed.point + perPage.point * pages;
}

/** A size at which the faster of two models changes. */
export interface Crossing {
  readonly pages: number;
  readonly fasterBelow: 'a' | 'b';
  /**
   * Whether the lines are equal there, or one jumps past the other somewhere between the two sizes of its
   * knee.
   */
  readonly how: 'meeting' | 'jump';
}

/**
 * The sizes above `from` and below `to` at which models `a` and `b` cross, in ascending order. Lines that
 * touch without crossing, or are the same, do not cross.
 */
export function crossings(a: CostModel, b: CostModel, from: number, to: number): Crossing[] {
  const found: Crossing[] = [];
  const ends = [a, b].flatMap((model) => (model.kind === 'knee' ? [endOfBelow(model.knee)] : []));
  const inner = ends.filter((end) => end > from && end < to).sort((one, other) => one - other);
  const stops = [from, ...inner, to];
  let sign = 0;
  const pass = (difference: number, pages: number, how: Crossing['how']) => {
    const now = Math.sign(difference);
    if (now === 0) return;
    if (sign !== 0 && now !== sign) found.push({ pages, fasterBelow: sign < 0 ? 'a' : 'b', how });
    sign = now;
  };
  for (const [index, end] of stops.slice(1).entries()) {
    const start = stops[index] as number;
    const middle = (start + end) / 2;
    const [lineA, lineB] = [lineFor(a, middle), lineFor(b, middle)];
    const fixed = lineA.fixed.point - lineB.fixed.point;
    const perPage = lineA.perPage.point - lineB.perPage.point;
    pass(fixed + perPage * start, start, 'jump');
    pass(fixed + perPage * end, Math.min(end, Math.max(start, -fixed / perPage)), 'meeting');
  }
  return found;
}

function lineFor(model: CostModel, pages: number): Line {
  if (model.kind === 'line') return model.line;
  return pages <= endOfBelow(model.knee) ? model.below : model.above;
}

/** Where the line below is taken to end: the middle, as sizes double. */
function endOfBelow({ after, before }: Knee): number {
  return Math.sqrt(after * before);
}

/** The sizes in ascending order. */
function observationsOf(points: readonly SizeTimes[]): Observation[] {
  if (points.length < minSizes) throw new RangeError(`at least ${minSizes} sizes are needed`);
  const observed = points.map(({ pages, forks }) => {
    if (!isPositive(pages)) throw new RangeError(`pages=${pages} is no size`);
    const wrong = forks.find((time) => !isPositive(time));
    if (wrong !== undefined) throw new RangeError(`${wrong} ns is no time (pages=${pages})`);
    const time = median(forks);
    return { pages, time, weight: 1 / time ** 2 };
  });
  observed.sort((a, b) => a.pages - b.pages);
  const twice = observed.find(({ pages }, index) => pages === observed[index + 1]?.pages);
  if (twice !== undefined) throw new RangeError(`pages=${twice.pages} is there twice`);
  return observed;
}

function isPositive(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

function lineModel(observed: readonly Observation[]): LineModel {
  const regression = regress(observed);
  const line = lineOf(regression, regression.squares, observed.length - 2);
  return { kind: 'line', line, ...closenessOf(observed, () => regression) };
}

function kneeModel(observed: readonly Observation[], sizesBelow: number, p: number): KneeModel {
  const below = regress(observed.slice(0, sizesBelow));
  const above = regress(observed.slice(sizesBelow));
  const squares = below.squares + above.squares;
  const degrees = observed.length - 4;
  return {
    kind: 'knee',
    knee: {
      after: (observed[sizesBelow - 1] as Observation).pages,
      before: (observed[sizesBelow] as Observation).pages,
      p,
    },
    below: lineOf(below, squares, degrees),
    above: lineOf(above, squares, degrees),
    ...closenessOf(observed, (index) => (index < sizesBelow ? below : above)),
  };
}

function lineOf(regression: Regression, squares: number, degrees: number): Line {
  const t = studentQuantile(1 - (1 - confidence) / 2, degrees);
  const estimate = (point: number, variance: number): IntervalEstimate => {
    const half = t * Math.sqrt((variance * squares) / degrees);
    return { point, low: point - half, high: point + half, confidence };
  };
  return {
    fixed: estimate(regression.fixed, regression.fixedVariance),
    perPage: estimate(regression.perPage, regression.perPageVariance),
  };
}

function closenessOf(
  observed: readonly Observation[],
  regressionFor: (index: number) => Regression,
): Closeness {
  const center = mean(observed.map(({ time }) => time));
  let [squares, total] = [0, 0];
  let worstMiss: Miss = { pages: (observed[0] as Observation).pages, fraction: 0 };
  for (const [index, { pages, time }] of observed.entries()) {
    const { fixed, perPage } = regressionFor(index);
    const residual = time - (fixed + perPage * pages);
    squares += residual ** 2;
    total += (time - center) ** 2;
    const fraction = Math.abs(residual) / time;
    if (fraction > worstMiss.fraction) worstMiss = { pages, fraction };
  }
  return { r2: total === 0 ? undefined : 1 - squares / total, worstMiss };
}

/** Weighted least squares around the weighted means, which keeps digits. */
function regress(observed: readonly Observation[]): Regression {
  let [weights, sumPages, sumTimes] = [0, 0, 0];
  for (const { pages, time, weight } of observed) {
    weights += weight;
    sumPages += weight * pages;
    sumTimes += weight * time;
  }
  const [centerPages, centerTime] = [sumPages / weights, sumTimes / weights];
  let [spread, joint] = [0, 0];
  for (const { pages, time, weight } of observed) {
    spread += weight * (pages - centerPages) ** 2;
    joint += weight * (pages - centerPages) * (time - centerTime);
  }
  const perPage = joint / spread;
  let squares = 0;
  for (const { pages, time, weight } of observed)
    squares += weight * (time - centerTime - perPage * (pages - centerPages)) ** 2;
  return {
    fixed: centerTime - perPage * centerPages,
    perPage,
    fixedVariance: 1 / weights + centerPages ** 2 / spread,
    perPageVariance: 1 / spread,
    squares,
  };
}

/** The split into two lines that explains the largest fraction of one line's weighted sum of squares. */
function bestSplit(observed: readonly Observation[]): { explained: number; sizesBelow: number } {
  const total = regress(observed).squares;
  let best = { explained: Number.NEGATIVE_INFINITY, sizesBelow: minSizes };
  for (let sizesBelow = minSizes; sizesBelow <= observed.length - minSizes; sizesBelow++) {
    const left = regress(observed.slice(0, sizesBelow)).squares + regress(observed.slice(sizesBelow)).squares;
    const explained = 1 - left / total;
    if (explained > best.explained) best = { explained, sizesBelow };
  }
  return best;
}

/**
 * How often normal noise is explained as well, or undefined if that is no less than `alpha`; any line under
 * the noise would leave the same residuals.
 */
function chanceOfExplaining(explained: number, observed: readonly Observation[]): number | undefined {
  const random = createRandom(observed.length);
  let asWell = 0;
  for (let simulation = 0; simulation < simulations; simulation++) {
    const drawn = observed.map(({ pages, weight }) => ({
      pages,
      time: random.normal() / Math.sqrt(weight),
      weight,
    }));
    if (bestSplit(drawn).explained >= explained) asWell++;
    if (asWell + 1 >= alpha * (simulations + 1)) return undefined;
  }
  return (asWell + 1) / (simulations + 1);
}
