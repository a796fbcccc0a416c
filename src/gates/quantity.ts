import type { CaseComparison } from '../comparison/documents.ts';
import { type CostUnit, displayUnit, formatSignificant, formatWith } from '../format/numbers.ts';
import type { MeasuredCase, ResultDocument } from '../results/document.ts';
import type { LogDifference } from '../statistics/change.ts';
import { expandedInterval, type IntervalEstimate, replicatesOf } from '../statistics/estimate.ts';
import { createRandom } from '../statistics/random.ts';
import { studentQuantile } from '../statistics/student.ts';
import { unavailable } from './errors.ts';
import type { ArithmeticOperator, CaseReference, Dimension } from './expression.ts';
import { resolveMeasured } from './resolve.ts';

/** A value with what is known of its spread. Times are in nanoseconds an iteration, 5% is 0.05. */
export interface Quantity {
  readonly point: number;
  /**
   * Bootstrap replicates of the point; none for an exact number. Those of all quantities of a run are as many
   * and in a common order: the values at one index belong to one resampling of the run.
   */
  readonly replicates?: Float64Array | undefined;
  /** Of how many forks the replicates are; of several quantities the least. */
  readonly forks?: number | undefined;
}

/**
 * Where a gate's values come from. Each throws a `GateError` for a case that there is not, and an
 * error of kind `unavailable` for a value that this run cannot give.
 */
export interface Quantities {
  /** Nanoseconds an iteration. */
  time(reference: CaseReference): Quantity;
  /** Instructions an iteration. */
  instructions(reference: CaseReference): Quantity;
  /** Whichever of the two was measured. */
  cost(reference: CaseReference): Quantity;
  /** Page faults an iteration. */
  faults(reference: CaseReference): Quantity;
  /** What `--event` counted of an event, a load. */
  event(reference: CaseReference, event: string): Quantity;
  /** The change of the cost against the baseline, as a fraction of the baseline: 0.05 is 5% slower. */
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
function fewest(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? (left ?? right) : Math.min(left, right);
}

/** The interval that `estimateOf` makes of such replicates. That of an exact number is the number itself. */
export function intervalOf({ point, replicates, forks }: Quantity, confidence: number): IntervalEstimate {
  if (replicates === undefined) return { point, low: point, high: point, confidence };
  return expandedInterval(point, replicates, { confidence, forks: forks ?? 1 });
}

/** The values that gates speak of, from one run and, for changes, its comparison with a baseline. */
export function quantitiesOf(document: ResultDocument, comparisons: readonly CaseComparison[]): Quantities {
  const seed = document.options.seed ?? 1;
  const comparisonOf = (id: string) => {
    const found = comparisons.find((comparison) => comparison.id === id);
    if (found === undefined) throw unavailable(`${id} has no baseline to compare with`);
    return found;
  };
  const measuredOf = (reference: CaseReference) => {
    const measured = resolveMeasured(document.cases, reference);
    return reference.isBaseline ? comparisonOf(measured.id).old : measured;
  };
  const seedOf = ({ isBaseline }: CaseReference) => (isBaseline ? seed + 1 : seed);
  const cost = (reference: CaseReference, wanted?: CostUnit) => {
    const measured = measuredOf(reference);
    const { unit } = measured.estimate;
    if (wanted !== undefined && unit !== wanted) throw unavailable(wrongUnit(measured.id, unit));
    return costOf(measured, seedOf(reference));
  };
  return {
    time: (reference) => cost(reference, 'ns/iter'),
    instructions: (reference) => cost(reference, 'instructions/iter'),
    cost: (reference) => cost(reference),
    faults(reference) {
      const { id, counters } = measuredOf(reference);
      if (counters === undefined) throw unavailable(`${id} has no counters${placeOf(reference)}`);
      return { point: counters.minorFaultsPerIteration };
    },
    event(reference, event) {
      const { id, events } = measuredOf(reference);
      const counted = events?.find(({ name }) => name === event);
      if (counted === undefined)
        throw unavailable(
          `${event} of ${id} was not counted${placeOf(reference)}; run with --event ${event}`,
        );
      return {
        point: counted.point,
        replicates: replicatesOf(
          counted.counts.map((count) => [count]),
          { seed: seedOf(reference) },
        ),
        forks: counted.counts.length,
      };
    },
    change(reference) {
      const { id } = resolveMeasured(document.cases, reference);
      return changeOf(comparisonOf(id), seed);
    },
  };
}

const placeOf = ({ isBaseline }: CaseReference) => (isBaseline ? ' in the baseline' : '');

/** What to write where a case was measured in the other unit. */
function wrongUnit(id: string, unit: CostUnit): string {
  return unit === 'ns/iter'
    ? `${id} was timed; --metric instructions counts its instructions`
    : `${id} was measured in instructions, not in time; write instructions(${id.split('/')[0]})`;
}

function costOf({ estimate, forks }: MeasuredCase, seed: number): Quantity {
  if (forks.length === 0) return { point: estimate.point };
  return {
    point: estimate.point,
    replicates: replicatesOf(
      forks.map(({ samples }) => samples),
      { seed },
    ),
    forks: forks.length,
  };
}

function changeOf({ old, now, unit, difference, change }: CaseComparison, seed: number): Quantity {
  if (unit === 'run') return { point: change.point, replicates: replicatesOfDifference(difference, seed) };
  const [before, after] = [costOf(old, seed + 1), costOf(now, seed)];
  const replicates = after.replicates?.map(
    (value, index) => value / (before.replicates?.[index] ?? before.point) - 1,
  );
  return { point: after.point / before.point - 1, replicates, forks: fewest(before.forks, after.forks) };
}

/** Draws of a change from Student's distribution around its estimate: what runs alone can say of it. */
function replicatesOfDifference({ difference, standardError, degrees }: LogDifference, seed: number) {
  const random = createRandom(seed);
  return Float64Array.from({ length: drawnChanges }, () =>
    Math.expm1(difference + standardError * studentQuantile(Math.max(random.next(), 2 ** -32), degrees)),
  );
}

/** As many as a bootstrap has replicates. */
const drawnChanges = 2000;

/**
 * A quantity as a person reads it: `131.0 ns [128.0 ns 135.0 ns]`; without an interval whose ends read alike.
 */
export function formatQuantity(quantity: Quantity, dimension: Dimension, confidence: number): string {
  const { point, low, high } = intervalOf(quantity, confidence);
  const format = formatterOf(dimension, point);
  const [least, most] = [format(low), format(high)];
  return least === most ? format(point) : `${format(point)} [${least} ${most}]`;
}

/** A formatter for a value and its bounds: all have the unit in which the value reads best. */
function formatterOf(dimension: Dimension, point: number): (value: number) => string {
  switch (dimension) {
    case 'time': {
      const unit = displayUnit(Math.abs(point), 'ns/iter');
      return (value) => formatWith(value, unit);
    }
    case 'number':
      return formatNumber;
    case 'percentage':
      return (value) => `${formatNumber(value * 100)}%`;
  }
}

/** Four significant digits, without zeros at the end: `0.1974`, `4`. */
function formatNumber(value: number): string {
  const text = formatSignificant(value, 4);
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return short === '-0' ? '0' : short;
}
