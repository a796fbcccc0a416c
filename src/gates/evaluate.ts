import type { CaseComparison } from '../comparison/documents.ts';
import type { ResultDocument } from '../results/document.ts';
import { isOfKind } from '../system/errors.ts';
import { commonDimension, functions } from './dimensions.ts';
import { GateError, withPlace } from './errors.ts';
import {
  type Call,
  type CaseReference,
  type ComparisonOperator,
  casesIn,
  type EventCount,
  type Expression,
  type Gate,
  inBaseUnit,
  leavesOf,
} from './expression.ts';
import { printExpression } from './print.ts';
import {
  combine,
  formatQuantity,
  intervalOf,
  type Quantities,
  type Quantity,
  quantitiesOf,
} from './quantity.ts';

/** The value of an expression: times in nanoseconds an iteration, percentages as fractions of 1. */
function quantityOf(node: Expression, quantities: Quantities): Quantity {
  switch (node.kind) {
    case 'number':
      return { point: inBaseUnit(node.value, node.unit) };
    case 'case':
      return quantities.time(node);
    case 'call': {
      const [of, against = of] = node.cases;
      return functions[node.name].value(quantities, of, against);
    }
    case 'event':
      return quantities.event(node.of, node.event);
    case 'baseline':
      return quantityOf(inBaseline(node.of), quantities);
    case 'negation':
      return combine('*', { point: -1 }, quantityOf(node.operand, quantities));
    case 'binary':
      return combine(node.operator, quantityOf(node.left, quantities), quantityOf(node.right, quantities));
  }
}

/** The same case, or the same of the same cases, as the baseline has it. */
function inBaseline(node: CaseReference | Call | EventCount): CaseReference | Call | EventCount {
  const marked = (reference: CaseReference): CaseReference => ({ ...reference, isBaseline: true });
  if (node.kind === 'case') return marked(node);
  if (node.kind === 'event') return { ...node, of: marked(node.of) };
  const [first, ...others] = node.cases;
  return { ...node, cases: [marked(first), ...others.map(marked)] };
}

/** undecided = the measurement leaves room for either. */
type Outcome = 'holds' | 'fails' | 'undecided';

/** What is known of left minus right. */
interface Bounds {
  readonly low: number;
  readonly high: number;
}

interface Rule {
  /** Whether every value within the bounds satisfies the comparison with 0. */
  holds(bounds: Bounds): boolean;
  /** Whether none does. */
  fails(bounds: Bounds): boolean;
}

const isZero = ({ low, high }: Bounds) => low === 0 && high === 0;
const excludesZero = ({ low, high }: Bounds) => low > 0 || high < 0;

const rules: Readonly<Record<ComparisonOperator, Rule>> = {
  '<': { holds: ({ high }) => high < 0, fails: ({ low }) => low >= 0 },
  '<=': { holds: ({ high }) => high <= 0, fails: ({ low }) => low > 0 },
  '>': { holds: ({ low }) => low > 0, fails: ({ high }) => high <= 0 },
  '>=': { holds: ({ low }) => low >= 0, fails: ({ high }) => high < 0 },
  '==': { holds: isZero, fails: excludesZero },
  '!=': { holds: excludesZero, fails: isZero },
};

/** Compares left minus right with 0. Bounds that are not finite, as of a division by 0, decide nothing. */
function outcomeOf(operator: ComparisonOperator, difference: Bounds): Outcome {
  if (!Number.isFinite(difference.low) || !Number.isFinite(difference.high)) return 'undecided';
  const rule = rules[operator];
  if (rule.holds(difference)) return 'holds';
  return rule.fails(difference) ? 'fails' : 'undecided';
}

export interface GateResult {
  /** The gate as it was written. */
  readonly text: string;
  readonly outcome: Outcome;
  /**
   * The figures behind the outcome, as `memfd 131.0 ns [128.0 ns 135.0 ns] against 500 ns`, or why there are
   * none.
   */
  readonly evidence: string;
}

export interface GateOptions {
  /** Of the intervals, in (0, 1). */
  readonly confidence?: number;
}

/**
 * Decides a gate: it holds when the whole interval of left minus right satisfies the comparison, fails when
 * none of the interval does, and is undecided in between. It fails where a value is unavailable, too: it
 * could compare nothing.
 *
 * Faults and events are counted, not timed: `==` and `!=` with `faults` or `event` in them compare both
 * sides' points, rounded to two decimals as the table shows them, and nothing is undecided.
 *
 * Throws a `GateError` where a gate names a case that there is not.
 */
export function evaluateGate(gate: Gate, quantities: Quantities, options: GateOptions = {}): GateResult {
  const { confidence = 0.95 } = options;
  const text = gate.text.trim();
  try {
    return { text, ...withPlace(gate.place, () => decide(gate, quantities, confidence)) };
  } catch (error) {
    if (!isOfKind(error, 'unavailable')) throw error;
    return { text, outcome: 'fails', evidence: error.message };
  }
}

function decide(gate: Gate, quantities: Quantities, confidence: number): Omit<GateResult, 'text'> {
  const prepare = comparesCounts(gate) ? rounded : (quantity: Quantity) => quantity;
  const left = prepare(quantityOf(gate.left, quantities));
  const right = prepare(quantityOf(gate.right, quantities));
  const difference = combine('-', left, right);
  const outcome = outcomeOf(gate.operator, intervalOf(difference, confidence));
  const dimension = commonDimension(gate.left, gate.right);
  const format = (quantity: Quantity) => formatQuantity(quantity, dimension, confidence);
  const sides = `${describe(gate.left, left, format)} against ${describe(gate.right, right, format)}`;
  // Sides that overlap may well differ significantly, so only their difference shows why they are not.
  const evidence = outcome === 'undecided' ? `${sides}; the difference is ${format(difference)}` : sides;
  return { outcome, evidence };
}

function comparesCounts({ operator, left, right }: Gate): boolean {
  return (operator === '==' || operator === '!=') && (hasCounts(left) || hasCounts(right));
}

function hasCounts(node: Expression): boolean {
  return leavesOf(node).some(
    (leaf) => leaf.kind === 'event' || (leaf.kind === 'call' && leaf.name === 'faults'),
  );
}

function rounded({ point }: Quantity): Quantity {
  return { point: Number(point.toFixed(2)) };
}

/** One side with its figures; a number says itself what it is. */
function describe(node: Expression, quantity: Quantity, format: (quantity: Quantity) => string): string {
  const text = printExpression(node);
  if (node.kind === 'number') return text;
  return casesIn(node).length === 0 ? `${text} = ${format(quantity)}` : `${text} ${format(quantity)}`;
}

/** Decides the gates. One about a case that failed fails; with `isStrict` an undecided one does, too. */
export function decideGates(
  gates: readonly Gate[],
  document: ResultDocument,
  comparisons: readonly CaseComparison[],
  isStrict = false,
): GateResult[] {
  const quantities = quantitiesOf(document, comparisons);
  return gates.map((gate) => {
    const result = evaluateOrFail(gate, quantities);
    return isStrict && result.outcome === 'undecided' ? { ...result, outcome: 'fails' } : result;
  });
}

/** A run that was interrupted may lack a case: what was measured is printed all the same. */
function evaluateOrFail(gate: Gate, quantities: Quantities): GateResult {
  try {
    return evaluateGate(gate, quantities);
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    return { text: gate.text, outcome: 'fails', evidence: error.message };
  }
}
