import { unavailable } from '../../src/gates/errors.ts';
import type { CaseReference } from '../../src/gates/expression.ts';
import type { Quantities, Quantity } from '../../src/gates/quantity.ts';

/** A point with replicates spread evenly from low to high, in order. */
export function spread(point: number, low: number, high: number, count = 101): Quantity {
  const step = (high - low) / (count - 1);
  return { point, replicates: Float64Array.from({ length: count }, (_, index) => low + index * step) };
}

type Table = Readonly<Record<string, Quantity>>;

/** Quantities by strategy; those that are in no table are unavailable. */
export function quantitiesOf(tables: {
  time?: Table;
  instructions?: Table;
  faults?: Table;
  /** By strategy and event: `memfd tlb:tlb_flush`. */
  events?: Table;
  change?: Table;
}): Quantities {
  const lookUp =
    (table: Table = {}) =>
    ({ strategy }: CaseReference): Quantity => {
      const found = table[strategy];
      if (found === undefined) throw unavailable(`${strategy} is unavailable: ENOMEM`);
      return found;
    };
  const [time, instructions] = [lookUp(tables.time), lookUp(tables.instructions)];
  const cost = tables.time === undefined ? instructions : time;
  const events = lookUp(tables.events);
  const event = (of: CaseReference, event: string) => events({ ...of, strategy: `${of.strategy} ${event}` });
  return { event, time, instructions, cost, faults: lookUp(tables.faults), change: lookUp(tables.change) };
}
