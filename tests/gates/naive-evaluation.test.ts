import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evaluateGate } from '../../src/gates/evaluate.ts';
import { parseGate } from '../../src/gates/parse.ts';
import { longestGate } from '../../src/gates/tokens.ts';
import { quantile } from '../../src/statistics/descriptive.ts';
import { quantitiesOf } from './sample-quantities.ts';

type Draw = readonly [a: number, b: number, faultsOfA: number];

const atom = fc.oneof(
  fc.nat(20).map(String),
  fc.constantFrom('faults(a)', 'relative(a, b)', 'relative(b, a)'),
);

/** Text that means the same in a gate and in JavaScript. */
const { text } = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    atom,
    fc.tuple(tie('text'), fc.constantFrom('+', '-', '*', '/'), tie('text')).map((parts) => parts.join(' ')),
    tie('text').map((inner) => `(${inner})`),
    tie('text').map((inner) => `-(${inner})`),
  ),
}));

const draw: fc.Arbitrary<Draw> = fc.tuple(
  fc.integer({ min: 1, max: 1000 }),
  fc.integer({ min: 1, max: 1000 }),
  fc.nat(5),
);

const comparisons = {
  '<': (value: number) => value < 0,
  '<=': (value: number) => value <= 0,
  '>': (value: number) => value > 0,
  '>=': (value: number) => value >= 0,
};
const operator = fc.constantFrom('<', '<=', '>', '>=');

/** Left minus right for one draw, as JavaScript calculates it. */
function differenceIn(left: string, right: string): (draw: Draw) => number {
  const calculate = new Function('a', 'b', 'faults', 'relative', `return (${left}) - (${right});`);
  return ([a, b, faultsOfA]) =>
    calculate(
      a,
      b,
      () => faultsOfA,
      (of: number, against: number) => of / against,
    );
}

function naiveOutcome(point: number, differences: readonly number[], satisfies: (value: number) => boolean) {
  // Not 0.025: a bound can lie on the limit to the last bit.
  const tail = (1 - 0.95) / 2;
  const low = Math.min(point, quantile(differences, tail));
  const high = Math.max(point, quantile(differences, 1 - tail));
  if (!Number.isFinite(low) || !Number.isFinite(high)) return 'undecided';
  if (satisfies(low) && satisfies(high)) return 'holds';
  return satisfies(low) || satisfies(high) ? 'undecided' : 'fails';
}

test('a gate decides as JavaScript does, draw by draw', () => {
  const draws = fc.array(draw, { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(text, operator, text, draw, draws, (left, operator, right, point, others) => {
      const gate = `${left} ${operator} ${right}`;
      fc.pre(gate.length <= longestGate);
      const quantity = (place: 0 | 1 | 2) => ({
        point: point[place],
        replicates: Float64Array.from(others, (each) => each[place]),
      });
      const quantities = quantitiesOf({
        time: { a: quantity(0), b: quantity(1) },
        faults: { a: quantity(2) },
      });
      const difference = differenceIn(left, right);
      const expected = naiveOutcome(difference(point), others.map(difference), comparisons[operator]);
      assert.equal(evaluateGate(parseGate(gate), quantities).outcome, expected);
    }),
    { numRuns: 1000 },
  );
});

test('of exact numbers nothing is undecided but what is not finite', () => {
  fc.assert(
    fc.property(text, operator, text, draw, (left, operator, right, point) => {
      const gate = `${left} ${operator} ${right}`;
      fc.pre(gate.length <= longestGate);
      const [a, b, faultsOfA] = point.map((value) => ({ point: value }));
      assert.ok(a && b && faultsOfA);
      const quantities = quantitiesOf({ time: { a, b }, faults: { a: faultsOfA } });
      const difference = differenceIn(left, right)(point);
      const expected = comparisons[operator](difference) ? 'holds' : 'fails';
      const { outcome } = evaluateGate(parseGate(gate), quantities);
      assert.equal(outcome, Number.isFinite(difference) ? expected : 'undecided');
    }),
  );
});
