import { type CaseReference, type Comparison, type Expression, precedence } from './expression.ts';

/** A gate in the spelling that this project prefers; parsing it gives the same gate. */
export function printComparison({ left, operator, right }: Comparison): string {
  return `${printExpression(left)} ${operator} ${printExpression(right)}`;
}

/** An expression with no more parentheses than it needs, as `0.2 * (reuse + 5 ns)`. */
export function printExpression(node: Expression): string {
  switch (node.kind) {
    case 'number':
      return printNumber(node.value, node.unit);
    case 'case':
      return printCase(node);
    case 'call':
      return `${node.name}(${node.cases.map(printCase).join(', ')})`;
    case 'event':
      return `event(${printCase(node.of)}, "${node.event}")`;
    case 'baseline':
      return 'baseline';
    case 'negation':
      return `-${printOperand(node.operand, Number.POSITIVE_INFINITY)}`;
    case 'binary': {
      const binding = precedence[node.operator];
      return `${printOperand(node.left, binding)} ${node.operator} ${printOperand(node.right, binding + 1)}`;
    }
  }
}

/** A case, as `memfd[pages=16, engine=ffi]`. */
export function printCase({ strategy, conditions }: Pick<CaseReference, 'strategy' | 'conditions'>): string {
  if (conditions.length === 0) return strategy;
  return `${strategy}[${conditions.map(({ key, value }) => `${key}=${value}`).join(', ')}]`;
}

function printNumber(value: number, unit: string | undefined): string {
  if (unit === undefined) return String(value);
  return unit === '%' ? `${value}%` : `${value} ${unit}`;
}

/** An operand; in parentheses unless it binds at least as tightly as `least`. */
function printOperand(node: Expression, least: number): string {
  const text = printExpression(node);
  return node.kind === 'binary' && precedence[node.operator] < least ? `(${text})` : text;
}
