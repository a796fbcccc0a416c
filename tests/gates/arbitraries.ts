import fc from 'fast-check';
import {
  type CaseReference,
  type Comparison,
  caseKeys,
  type Expression,
} from '../../src/gates/expression.ts';

const column = 1;
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,7}$/);

const condition = fc.record({
  key: fc.constantFrom(...caseKeys),
  value: fc.oneof(name, fc.nat().map(String)),
});

const caseReference: fc.Arbitrary<CaseReference> = fc
  .tuple(name, fc.uniqueArray(condition, { selector: ({ key }) => key, maxLength: 2 }))
  .map(([strategy, conditions]) => ({ kind: 'case', strategy, conditions, column }));

const numberLiteral: fc.Arbitrary<Expression> = fc
  .tuple(
    fc.oneof(fc.nat(1000), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })),
    fc.constantFrom(undefined, 'ns', 'µs', 'ms', 's', '%'),
  )
  .map(([value, unit]) => ({ kind: 'number', value, unit, column }));

const call: fc.Arbitrary<Expression> = fc.oneof(
  fc
    .tuple(fc.constantFrom('faults', 'change'), caseReference)
    .map(([name, of]): Expression => ({ kind: 'call', name, cases: [of], column })),
  fc
    .tuple(caseReference, caseReference)
    .map((cases): Expression => ({ kind: 'call', name: 'relative', cases, column })),
  fc
    .tuple(caseReference, fc.stringMatching(/^[a-z:/=,]{1,20}$/))
    .map(([of, event]): Expression => ({ kind: 'event', of, event, column })),
);

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(numberLiteral, caseReference, call),
    tie('expression').map((operand): Expression => ({ kind: 'negation', operand, column })),
    fc
      .tuple(fc.constantFrom('+', '-', '*', '/'), tie('expression'), tie('expression'))
      .map(([operator, left, right]): Expression => ({ kind: 'binary', operator, left, right, column })),
  ),
}));

/** Any comparison that the grammar can spell, whether or not its units make sense; all columns are 1. */
export const comparison: fc.Arbitrary<Comparison> = fc.record({
  operator: fc.constantFrom('<', '<=', '>', '>=', '==', '!='),
  left: expression,
  right: expression,
});
