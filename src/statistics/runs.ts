import type { LogDifference } from './change.ts';
import { mean, median } from './descriptive.ts';
import { studentQuantile } from './student.ts';

/** What one run says of a case. */
export interface RunValue {
  /** Milliseconds since 1970: the order of the runs. */
  readonly at: number;
  /** The logarithm of what an iteration cost. */
  readonly log: number;
  /** The square of its standard error by the run's own forks, where there are several. */
  readonly squaredError?: number;
}

/** A difference of two levels, each of one run or more, with what is known of the runs. */
export interface RunDifference extends LogDifference {
  /** Standard deviation between runs, of logarithms: about a fraction. */
  readonly spread: number;
  /** What a run's deviation takes over from the run before, as a fraction: 0 = runs are independent. */
  readonly memory: number;
}

/** Runs of both sides together, below which no spread between runs can be told. */
const minRunsInAll = 3;

/** Whether so many runs a side tell how far runs lie apart. */
export function canTellRuns(old: number, now: number): boolean {
  return old >= 1 && now >= 1 && old + now >= minRunsInAll;
}

/**
 * Compares two groups of runs, of which the run is the unit: a regression of the runs' logarithms, in the
 * order of time, on the side, with errors that are an AR(1) series. The lag-1 correlation comes from the
 * residuals by the method of moments, their expectation corrected for the fitted levels, plus 0.7 standard
 * errors of it, because a few runs show less of it than there is; the variance and Satterthwaite's degrees of
 * freedom follow (Box, Annals of Mathematical Statistics 25, 1954). Of that and of independent runs the wider
 * is taken: runs of two sides that took turns gain nothing by it. With one run on a side it is the prediction
 * of that run by the others. How often it is wrong is simulated (scripts/runs.ts). Needs at least three runs.
 */
export function differenceOfRuns(old: readonly RunValue[], now: readonly RunValue[]): RunDifference {
  if (!canTellRuns(old.length, now.length)) throw new RangeError('at least three runs are needed');
  const runs = [...old.map((run) => ({ ...run, side: 0 })), ...now.map((run) => ({ ...run, side: 1 }))].sort(
    (a, b) => a.at - b.at,
  );
  const design = designOf(runs.map(({ side }) => side));
  const residuals = design.residuals(runs.map(({ log }) => log));
  const squares = sumOfProducts(residuals, residuals);
  const upper = memoryOf(residuals, design);
  const excess = excessOf(old, now);
  const difference = mean(now.map(({ log }) => log)) - mean(old.map(({ log }) => log));
  const [independent, remembering] = [0, upper].map((memory): RunDifference & { readonly reach: number } => {
    const { expected, degrees, contrast } = design.under(memory);
    const spread = Math.sqrt(squares / expected);
    const standardError = Math.sqrt(spread ** 2 * contrast + excess);
    return {
      ...{ difference, standardError, degrees, spread, memory },
      reach: standardError * studentQuantile(0.995, degrees),
    };
  }) as [RunDifference & { reach: number }, RunDifference & { reach: number }];
  const { reach: _, ...wider } = remembering.reach > independent.reach ? remembering : independent;
  return wider;
}

/**
 * How many times the usual squared error is that of a run that something disturbed: chance makes it of few.
 */
const disturbed = 4;

/**
 * What is added to the square of the standard error for runs whose forks lie much further apart than those of
 * the usual run: of these the spread between runs says nothing.
 */
function excessOf(old: readonly RunValue[], now: readonly RunValue[]): number {
  const known = [...old, ...now].flatMap(({ squaredError }) => squaredError ?? []);
  if (known.length === 0) return 0;
  const usual = median(known);
  const ofSide = (runs: readonly RunValue[]) =>
    runs.reduce((sum, { squaredError = 0 }) => {
      const isDisturbed = squaredError > disturbed * usual;
      return isDisturbed ? sum + (squaredError - usual) / runs.length ** 2 : sum;
    }, 0);
  return ofSide(old) + ofSide(now);
}

/** The largest memory that is looked for: beyond it a level and a drift cannot be told from each other. */
const maxMemory = 0.9;

/** Standard errors (1 / sqrt(runs)) that are added to the lag-1 correlation that is seen. */
const caution = 0.7;

/** Steps of the bisection, to 1e-6. */
const bisections = 20;

/**
 * The lag-1 correlation of runs whose residuals are these, in [0, 0.9]: that of which this much would be seen
 * on average, with `caution`.
 */
function memoryOf(residuals: readonly number[], design: Design): number {
  const squares = sumOfProducts(residuals, residuals);
  if (squares === 0) return 0;
  const seen =
    sumOfProducts(residuals.slice(1), residuals.slice(0, -1)) / squares +
    caution / Math.sqrt(residuals.length);
  if (design.lagOne(0) >= seen) return 0;
  if (design.lagOne(maxMemory) <= seen) return maxMemory;
  let [low, high] = [0, maxMemory];
  for (let step = 0; step < bisections; step++) {
    const middle = (low + high) / 2;
    if (design.lagOne(middle) < seen) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The memory of a series that has one level before an index and another one from there on, as
 * `differenceOfRuns` takes it. Needs at least three values.
 */
export function memoryAround(logs: readonly number[], at: number): number {
  const design = designOf(logs.map((_, index) => (index < at ? 0 : 1)));
  return memoryOf(design.residuals(logs), design);
}

/** Runs in the order of time, each of one of two sides whose levels are fitted. */
interface Design {
  residuals(logs: readonly number[]): number[];
  /** The lag-1 correlation that residuals show on average, for a memory. */
  lagOne(memory: number): number;
  /** For a memory: the expected sum of squared residuals over the variance, and of the contrast. */
  under(memory: number): { readonly expected: number; readonly degrees: number; readonly contrast: number };
}

function designOf(sides: readonly number[]): Design {
  const ofSide = [0, 1].map((side) => sides.filter((each) => each === side).length);
  const indices = sides.map((_, index) => index);
  /** Takes the mean of its side off every value. */
  const centred = (values: readonly number[]): number[] => {
    const means = [0, 1].map(
      (side) =>
        values.reduce((sum, value, index) => (sides[index] === side ? sum + value : sum), 0) /
        (ofSide[side] as number),
    );
    return values.map((value, index) => value - (means[sides[index] as number] as number));
  };
  const correlations = (memory: number) => indices.map((i) => indices.map((j) => memory ** Math.abs(i - j)));
  /** Its columns centred: M times the matrix, where M makes residuals. */
  const centredMatrix = (matrix: readonly (readonly number[])[]): number[][] =>
    transposed(transposed(matrix).map(centred));
  const weights = sides.map((side) => (side === 1 ? 1 : -1) / (ofSide[side] as number));
  return {
    residuals: centred,
    lagOne: (memory) => {
      // Residuals are M y, of covariance M R M.
      const covariance = centredMatrix(transposed(centredMatrix(correlations(memory))));
      const diagonal = indices.reduce((sum, i) => sum + (covariance[i]?.[i] as number), 0);
      const beside = indices.slice(1).reduce((sum, i) => sum + (covariance[i]?.[i - 1] as number), 0);
      return beside / diagonal;
    },
    under: (memory) => {
      const matrix = correlations(memory);
      const product = centredMatrix(matrix);
      const expected = indices.reduce((sum, i) => sum + (product[i]?.[i] as number), 0);
      const squared = indices.reduce(
        (sum, i) =>
          sum +
          indices.reduce((row, j) => row + (product[i]?.[j] as number) * (product[j]?.[i] as number), 0),
        0,
      );
      const contrast = indices.reduce(
        (sum, i) => sum + (weights[i] as number) * sumOfProducts(matrix[i] as number[], weights),
        0,
      );
      return { expected, degrees: expected ** 2 / squared, contrast };
    },
  };
}

function transposed(matrix: readonly (readonly number[])[]): number[][] {
  return (matrix[0] ?? []).map((_, column) => matrix.map((row) => row[column] as number));
}

function sumOfProducts(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
}
