import type { Expression } from './expression.ts';
import { functions } from './functions.ts';
import { combine, type Quantities, type Quantity } from './quantity.ts';
import { inBaseUnit } from './units.ts';

/** The value of an expression: times in nanoseconds an iteration, shares as fractions of 1. */
export function quantityOf(node: Expression, quantities: Quantities): Quantity {
  switch (node.kind) {
    case 'number':
      return { point: inBaseUnit(node.value, node.unit) };
    case 'case':
      return quantities.time(node);
    case 'call': {
      const [of, against = of] = node.cases;
      return functions[node.name].value(quantities, of, against);
    }
    case 'negation':
      return combine('*', { point: -1 }, quantityOf(node.operand, quantities));
    case 'binary':
      return combine(node.operator, quantityOf(node.left, quantities), quantityOf(node.right, quantities));
  }
}
