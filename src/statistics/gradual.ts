import { mean } from './quantile.ts';

/** A series that changes little by little. */
export interface Gradual {
  /** Along the line from the first value to the last, as a share. */
  readonly change: number;
}

/**
 * Whether a series of positive values that was cut into levels is rather a line: by Schwarz's criterion of the logarithms
 * ("Estimating the dimension of a model", Annals of Statistics 6, 1978), with a level and a place for every cut as Yao
 * counts ("Estimating the number of change-points via Schwarz' criterion", Statistics and Probability Letters 6, 1988),
 * against a line's two. `cuts` are the indices at which new levels begin. Undefined for levels, and without cuts.
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
