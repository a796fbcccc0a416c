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

/**
 * A value. Its column is where it begins, from 1; that of a binary operation where its left operand begins.
 */
export type Expression = NumberLiteral | CaseReference | Call | EventCount | Baseline | Negation | Binary;

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
  /** It is looked up in the baseline. */
  readonly isBaseline?: boolean;
  readonly column: number;
}

/** What distinguishes cases of one strategy. */
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

/** What `--event` counted a load, as `event(memfd, "tlb:tlb_flush")`. */
export interface EventCount {
  readonly kind: 'event';
  readonly of: CaseReference;
  /** As perf names it; without quotation marks of either kind. */
  readonly event: string;
  readonly column: number;
}

/** The value in the baseline of what the gate speaks of, as in `instructions(reuse) < 1.01 * baseline`. */
interface Baseline {
  readonly kind: 'baseline';
  readonly of: CaseReference | Call | EventCount;
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
export type FunctionName = 'faults' | 'instructions' | 'change' | 'relative';

export const caseKeys = ['pages', 'threads', 'processes', 'workload', 'layout', 'engine'] as const;
export type CaseKey = (typeof caseKeys)[number];

/** How tightly operators bind; those that bind alike go from left to right. */
export const precedence: Readonly<Record<ArithmeticOperator, number>> = { '+': 1, '-': 1, '*': 2, '/': 2 };

/** What an expression calculates with, but for numbers. */
type Leaf = CaseReference | Call | EventCount | Baseline;

/** The leaves of an expression, from left to right. */
export function leavesOf(node: Expression): readonly Leaf[] {
  switch (node.kind) {
    case 'number':
      return [];
    case 'negation':
      return leavesOf(node.operand);
    case 'binary':
      return [...leavesOf(node.left), ...leavesOf(node.right)];
    default:
      return [node];
  }
}

function casesOf(leaf: Leaf): readonly CaseReference[] {
  if (leaf.kind === 'case') return [leaf];
  return leaf.kind === 'call' ? leaf.cases : casesOf(leaf.of);
}

/** Every case that an expression names, from left to right. */
export function casesIn(node: Expression): readonly CaseReference[] {
  return leavesOf(node).flatMap(casesOf);
}

/** The cases of a gate that it wants a baseline for. */
export function changesIn({ left, right }: Pick<Gate, 'left' | 'right'>): readonly CaseReference[] {
  const needsBaseline = (leaf: Leaf) =>
    leaf.kind === 'baseline' || (leaf.kind === 'call' && leaf.name === 'change');
  return [...leavesOf(left), ...leavesOf(right)].filter(needsBaseline).flatMap(casesOf);
}

/** The events that a gate speaks of; a baseline's is one that stands beside it. */
export function eventsIn({ left, right }: Pick<Gate, 'left' | 'right'>): readonly EventCount[] {
  return [...leavesOf(left), ...leavesOf(right)].filter((leaf) => leaf.kind === 'event');
}

/** What can follow a number. */
export type Unit = TimeUnit | '%';

type TimeUnit = 'ns' | 'µs' | 'ms' | 's';

/** A number with a unit in nanoseconds; one in % as a fraction, so that 5% is 0.05. */
export function inBaseUnit(value: number, unit: Unit | undefined): number {
  switch (unit) {
    case undefined:
    case 'ns':
      return value;
    case 'µs':
      return value * 1e3;
    case 'ms':
      return value * 1e6;
    case 's':
      return value * 1e9;
    case '%':
      return value / 100;
  }
}

const spellings = new Map<string, TimeUnit>([
  ['ns', 'ns'],
  ['us', 'µs'],
  // The micro sign and the Greek letter look alike; keyboards have either.
  ['\u00b5s', 'µs'],
  ['\u03bcs', 'µs'],
  ['ms', 'ms'],
  ['s', 's'],
]);

/** The unit of time that is spelled so. */
export function timeUnitOf(text: string): TimeUnit | undefined {
  return spellings.get(text);
}

/** What a value is, for units and for print: a time, a plain number, or a fraction that reads best in %. */
export type Dimension = 'time' | 'number' | 'percentage';
