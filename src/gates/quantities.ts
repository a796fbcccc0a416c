import type { CaseComparison } from '../comparison/documents.ts';
import type { MeasuredCase, ResultDocument } from '../results/document.ts';
import { replicatesOf } from '../statistics/estimate.ts';
import { UnavailableError } from './errors.ts';
import { fewest, type Quantities, type Quantity } from './quantity.ts';
import { resolveMeasured } from './resolve.ts';

/** The values that gates speak of, from one run and, for changes, its comparison with a baseline. */
export function quantitiesOf(document: ResultDocument, comparisons: readonly CaseComparison[]): Quantities {
  const seed = document.options.seed ?? 1;
  return {
    time: (reference) => timeOf(resolveMeasured(document.cases, reference), seed),
    faults(reference) {
      const { id, counters } = resolveMeasured(document.cases, reference);
      if (counters === undefined) throw new UnavailableError(`${id} has no counters`);
      return { point: counters.minorFaultsPerIteration };
    },
    change(reference) {
      const { id } = resolveMeasured(document.cases, reference);
      const found = comparisons.find((comparison) => comparison.id === id);
      if (found === undefined) throw new UnavailableError(`${id} has no baseline to change against`);
      return changeOf(found, seed);
    },
  };
}

function timeOf({ estimate, forks }: MeasuredCase, seed: number): Quantity {
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

function changeOf({ old, now }: CaseComparison, seed: number): Quantity {
  const [before, after] = [timeOf(old, seed + 1), timeOf(now, seed)];
  const replicates = after.replicates?.map(
    (value, index) => value / (before.replicates?.[index] ?? before.point) - 1,
  );
  return { point: after.point / before.point - 1, replicates, forks: fewest(before.forks, after.forks) };
}
