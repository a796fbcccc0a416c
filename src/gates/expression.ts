import type { Unit } from './units.ts';

/** A gate, as `memfd < 0.2 * reuse`. */
export interface Gate extends Comparison {
  /** As it was written; columns count from its start. */
  readonly text: string;
  /** Where it was written, as `gates.txt:3`; none for a gate of the command line. */
  readonly place?: string;
}

export interface Comparison {
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** A value. Its column is where it begins, from 1; that of a binary operation where its left operand begins. */
export type Expression = NumberLiteral | CaseReference | Call | Negation | Binary;

export interface NumberLiteral {
  readonly kind: 'number';
  /** As it was written, in its unit; not negative. */
  readonly value: number;
  readonly unit: Unit | undefined;
  readonly column: number;
}

/** A case, as `memfd[pages=16]`; as a value, its time an iteration. */
export interface CaseReference {
  readonly kind: 'case';
  readonly strategy: string;
  readonly conditions: readonly Condition[];
  readonly column: number;
}

/** What tells cases of one strategy apart. */
export interface Condition {
  readonly key: CaseKey;
  /** A name, or a whole number in decimal digits. */
  readonly value: string;
}

export interface Call {
  readonly kind: 'call';
  readonly name: FunctionName;
  readonly cases: readonly [CaseReference, ...CaseReference[]];
  readonly column: number;
}

interface Negation {
  readonly kind: 'negation';
  readonly operand: Expression;
  readonly column: number;
}

export interface Binary {
  readonly kind: 'binary';
  readonly operator: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly column: number;
}

export type ComparisonOperator = '<' | '<=' | '>' | '>=' | '==' | '!=';
export type ArithmeticOperator = '+' | '-' | '*' | '/';
export type FunctionName = 'faults' | 'change' | 'relative';

export const caseKeys = ['pages', 'threads', 'workload', 'layout', 'engine'] as const;
export type CaseKey = (typeof caseKeys)[number];

/** How tightly operators bind; those that bind alike go from left to right. */
export const precedence: Readonly<Record<ArithmeticOperator, number>> = { '+': 1, '-': 1, '*': 2, '/': 2 };

/** The cases of a gate whose change against a baseline it speaks of. */
export function changesIn({ left, right }: Pick<Gate, 'left' | 'right'>): readonly CaseReference[] {
  return [...changesOf(left), ...changesOf(right)];
}

function changesOf(node: Expression): readonly CaseReference[] {
  switch (node.kind) {
    case 'number':
    case 'case':
      return [];
    case 'call':
      return node.name === 'change' ? node.cases : [];
    case 'negation':
      return changesOf(node.operand);
    case 'binary':
      return [...changesOf(node.left), ...changesOf(node.right)];
  }
}

/** Every case that an expression names, from left to right. */
export function casesIn(node: Expression): readonly CaseReference[] {
  switch (node.kind) {
    case 'number':
      return [];
    case 'case':
      return [node];
    case 'call':
      return node.cases;
    case 'negation':
      return casesIn(node.operand);
    case 'binary':
      return [...casesIn(node.left), ...casesIn(node.right)];
  }
}
