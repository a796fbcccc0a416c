import { expandedInterval, type IntervalEstimate } from '../statistics/estimate.ts';
import type { ArithmeticOperator, CaseReference } from './expression.ts';

/** A value with what is known of its spread. Times are in nanoseconds an iteration, 5% is 0.05. */
export interface Quantity {
  readonly point: number;
  /**
   * Bootstrap replicates of the point; none for an exact number. Those of all quantities of a run are as many and in a
   * common order: the values at one index belong to one resampling of the run.
   */
  readonly replicates?: Float64Array | undefined;
  /** Of how many forks the replicates are; of several quantities the least. */
  readonly forks?: number | undefined;
}

/**
 * Where a gate's values come from. Each throws a `GateError` for a case that there is not, and an `UnavailableError`
 * for a value that this run cannot give.
 */
export interface Quantities {
  /** Nanoseconds an iteration. */
  time(reference: CaseReference): Quantity;
  /** Page faults an iteration. */
  faults(reference: CaseReference): Quantity;
  /** The change of the time against the baseline, as a share of the baseline: 0.05 is 5% slower. */
  change(reference: CaseReference): Quantity;
}

const operations: Readonly<Record<ArithmeticOperator, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
};

/** Calculates with points, and with replicates one by one, so that what two quantities share cancels. */
export function combine(operator: ArithmeticOperator, left: Quantity, right: Quantity): Quantity {
  const operation = operations[operator];
  const point = operation(left.point, right.point);
  const length = left.replicates?.length ?? right.replicates?.length;
  if (length === undefined) return { point };
  if (right.replicates !== undefined && right.replicates.length !== length) {
    throw new RangeError(`${length} replicates against ${right.replicates.length}`);
  }
  const at = ({ point, replicates }: Quantity, index: number) => replicates?.[index] ?? point;
  const replicates = Float64Array.from({ length }, (_, index) =>
    operation(at(left, index), at(right, index)),
  );
  return { point, replicates, forks: fewest(left.forks, right.forks) };
}

/** The smaller of two numbers of forks, of which an exact number has none. */
export function fewest(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? (left ?? right) : Math.min(left, right);
}

/** The interval that `estimateOf` makes of such replicates. That of an exact number is the number itself. */
export function intervalOf({ point, replicates, forks }: Quantity, confidence: number): IntervalEstimate {
  if (replicates === undefined) return { point, low: point, high: point, confidence };
  return expandedInterval(point, replicates, { confidence, forks: forks ?? 1 });
}
