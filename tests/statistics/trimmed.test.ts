import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { changeOf, differenceOfLogs, trimmedMean } from '../../src/statistics/change.ts';
import { createRandom } from '../../src/statistics/random.ts';

test('Yuen’s quantities of 1 to 10, by hand', () => {
  // Two are trimmed on either side: 3 to 8. Winsorized: 3 3 3 4 5 6 7 8 8 8, sum of squares 42.5 around 5.5.
  const { mean, squaredError, degrees, spread } = trimmedMean([10, 1, 2, 9, 3, 8, 4, 7, 5, 6]);
  assert.equal(mean, 5.5);
  assert.ok(Math.abs(spread - Math.sqrt(42.5 / 9)) < 1e-12);
  assert.ok(Math.abs(squaredError - 42.5 / 30) < 1e-12);
  assert.equal(degrees, 5);
});

test('of few values it is the plain mean', () => {
  const { mean, squaredError, degrees } = trimmedMean([1, 2, 6]);
  assert.deepEqual([mean, squaredError, degrees], [3, 7 / 3, 2]);
});

test('a fifth of the values may be anything', () => {
  const value = fc.double({ min: 1, max: 2, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 16, maxLength: 16 }),
      fc.double({ min: 3, noNaN: true }),
      (values, far) => {
        const { mean } = trimmedMean([...values, far, far, far]);
        assert.ok(mean >= 1 && mean <= 2);
      },
    ),
  );
});

const random = createRandom(21);
const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

const models: Readonly<Record<string, () => number>> = {
  normal: () => 0.02 * normal(),
  'heavy tails': () => (0.02 * normal()) / Math.sqrt((normal() ** 2 + normal() ** 2 + normal() ** 2) / 3),
  'a machine that is slow now and then': () => 0.02 * normal() + (random.next() < 0.15 ? 0.45 : 0),
};

for (const [name, model] of Object.entries(models)) {
  test(`false positives of simulated comparisons of 20 forks stay near alpha: ${name}`, () => {
    const forks = () => Array.from({ length: 20 }, model);
    const trials = 4000;
    let falsePositives = 0;
    for (let trial = 0; trial < trials; trial++) {
      if (changeOf(differenceOfLogs(forks(), forks()), { threshold: 0 }).p < 0.01) falsePositives++;
    }
    assert.ok(falsePositives / trials < 0.0145, `${falsePositives} of ${trials}`);
  });
}
