import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/statistics/random.ts';
import { standOut } from '../../src/statistics/stand-out.ts';

const indices = (values: readonly number[], alpha?: number) =>
  standOut(values, alpha).map(({ index }) => index);

test('one value far from the others, by how much', () => {
  // The others: mean 10, variance 2.5.
  const [found] = standOut([8, 9, 10, 30, 11, 12]);
  assert.equal(found?.index, 3);
  assert.equal(found?.mean, 10);
  assert.ok(Math.abs((found?.deviations ?? 0) - 20 / Math.sqrt(2.5)) < 1e-12);
});

test('two that hide each other are both found, the farthest first', () => {
  assert.deepEqual(indices([10, 10.1, 50, 9.9, 10, 49, 10.2, 9.8]), [2, 5]);
});

test('too few, or all alike: none', () => {
  assert.deepEqual(indices([]), []);
  assert.deepEqual(indices([1, 1, 1000]), []);
  assert.deepEqual(indices([5, 5, 5, 5, 5]), []);
});

test('others without any spread: the one that differs', () => {
  assert.deepEqual(indices([5, 5, 5, 6, 5]), [3]);
});

test('among values that are alike one is named as often as alpha says, or little more', () => {
  const random = createRandom(7);
  const sets = 2000;
  for (const size of [4, 5, 8, 12, 30]) {
    const draw = () => Array.from({ length: size }, () => 100 + random.normal());
    const falsePositives = Array.from({ length: sets }, draw).filter(
      (values) => standOut(values, 0.01).length > 0,
    );
    // Rosner's critical values are asymptotic where more than one may be named: up to 2.2 % at nine values.
    assert.ok(falsePositives.length / sets < 0.03, `${size}: ${falsePositives.length} of ${sets}`);
  }
});
