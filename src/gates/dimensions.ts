import { GateError } from './errors.ts';
import type { Binary, CaseReference, Dimension, Expression, FunctionName } from './expression.ts';
import { printExpression } from './print.ts';
import { combine, type Quantities, type Quantity } from './quantity.ts';

/**
 * What an expression is. Throws a `GateError` for one that makes no sense, as a sum of a time and a number.
 */
function dimensionOf(node: Expression): Dimension {
  switch (node.kind) {
    case 'number':
      if (node.unit === undefined) return 'number';
      return node.unit === '%' ? 'percentage' : 'time';
    case 'case':
      return 'time';
    case 'call':
      return functions[node.name].dimension;
    case 'event':
      return 'number';
    case 'baseline':
      return dimensionOf(node.of);
    case 'negation':
      return dimensionOf(node.operand);
    case 'binary':
      if (node.operator === '*') return dimensionOfProduct(node);
      if (node.operator === '/') return dimensionOfQuotient(node);
      return commonDimension(node.left, node.right);
  }
}

/**
 * The dimension of values that are compared, added or subtracted. Throws a `GateError` where they have none.
 */
export function commonDimension(left: Expression, right: Expression): Dimension {
  const first = dimensionOf(left);
  const second = dimensionOf(right);
  if (isZero(left)) return second;
  if (isZero(right)) return first;
  if ((first === 'time') !== (second === 'time')) {
    throw first === 'time' ? mismatch(left, right, right) : mismatch(right, left, right);
  }
  return first === second ? first : 'percentage';
}

/** A bare 0 is 0 of anything. */
function isZero(node: Expression): boolean {
  if (node.kind === 'negation') return isZero(node.operand);
  return node.kind === 'number' && node.unit === undefined && node.value === 0;
}

function mismatch(time: Expression, other: Expression, right: Expression): GateError {
  const [known, wrong] = [printExpression(time), printExpression(other)];
  if (other.kind === 'number' && other.unit === undefined) {
    return new GateError(other.column, `${known} is a time, ${wrong} has no unit; write ${wrong} ns`);
  }
  return new GateError(right.column, `${known} is a time, ${wrong} is a ${dimensionOf(other)}`);
}

function dimensionOfProduct({ left, right }: Binary): Dimension {
  const first = dimensionOf(left);
  const second = dimensionOf(right);
  if (first !== 'time' && second !== 'time') return first === second ? 'number' : 'percentage';
  if (first !== second) return 'time';
  const [one, other] = [printExpression(left), printExpression(right)];
  throw new GateError(right.column, `${one} and ${other} are both times, which cannot be multiplied`);
}

function dimensionOfQuotient({ left, right }: Binary): Dimension {
  const first = dimensionOf(left);
  const second = dimensionOf(right);
  if (first === second) return 'number';
  if (second !== 'time') return first;
  const [dividend, divisor] = [printExpression(left), printExpression(right)];
  throw new GateError(
    right.column,
    `${divisor} is a time, by which ${dividend}, a ${first}, cannot be divided`,
  );
}

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
  instructions: {
    example: 'instructions(reuse)',
    parameters: 1,
    dimension: 'number',
    value: (quantities, of) => quantities.instructions(of),
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
    value: (quantities, of, against) => combine('/', quantities.cost(of), quantities.cost(against)),
  },
};
