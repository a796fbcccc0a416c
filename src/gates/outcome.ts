import type { ComparisonOperator } from './expression.ts';

/** undecided = the measurement leaves room for either. */
export type Outcome = 'holds' | 'fails' | 'undecided';

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
export function outcomeOf(operator: ComparisonOperator, difference: Bounds): Outcome {
  if (!Number.isFinite(difference.low) || !Number.isFinite(difference.high)) return 'undecided';
  const rule = rules[operator];
  if (rule.holds(difference)) return 'holds';
  return rule.fails(difference) ? 'fails' : 'undecided';
}
