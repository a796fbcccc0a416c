import type { CaseReference, FunctionName } from './expression.ts';
import { combine, type Quantities, type Quantity } from './quantity.ts';

/** What a value is, for units and for print: a time, a plain number, or a share that reads best in %. */
export type Dimension = 'time' | 'number' | 'percentage';

/** What a gate can ask of cases besides their times. */
export interface GateFunction {
  readonly example: string;
  /** How many cases it takes. */
  readonly parameters: 1 | 2;
  readonly dimension: Dimension;
  /** Its value for one case, or for one case against another. */
  value(quantities: Quantities, of: CaseReference, against: CaseReference): Quantity;
}

export const functions: Readonly<Record<FunctionName, GateFunction>> = {
  faults: {
    example: 'faults(reuse)',
    parameters: 1,
    dimension: 'number',
    value: (quantities, of) => quantities.faults(of),
  },
  change: {
    example: 'change(memfd)',
    parameters: 1,
    dimension: 'percentage',
    value: (quantities, of) => quantities.change(of),
  },
  relative: {
    example: 'relative(memfd, reuse)',
    parameters: 2,
    dimension: 'number',
    value: (quantities, of, against) => combine('/', quantities.time(of), quantities.time(against)),
  },
};
