import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bestSamplesPerFork, splitVariance } from '../../src/statistics/variance.ts';

const isNear = (value: number, expected: number) =>
  assert.ok(Math.abs(value - expected) < 1e-9 * Math.max(1, Math.abs(expected)), `${value}, not ${expected}`);

test('a worked example of the analysis of variance', () => {
  // Means 2, 5 and 8 of three samples each, variance 1 within: mean squares 27 and 1, components (27 - 1) / 3
  // and 1.
  const split = splitVariance([
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ]);
  assert.ok(split);
  isNear(split.between, Math.sqrt(26 / 3) / 5);
  isNear(split.within, 1 / 5);
});

test('groups of unequal size', () => {
  // Sizes 2 and 4: typical size 6 - 20/6 = 8/3; mean squares: between 2 x 4² + 4 x 2² = 48, within (2 + 2) /
  // 4 = 1.
  const split = splitVariance([
    [3, 5],
    [9, 9, 11, 11],
  ]);
  assert.ok(split);
  isNear(split.within, Math.sqrt((2 + 4) / 4) / 8);
  isNear(split.between, Math.sqrt((48 - 6 / 4) / (8 / 3)) / 8);
});

test('forks that differ less than their samples explain do not differ', () => {
  const split = splitVariance([
    [1, 9],
    [9, 1],
  ]);
  assert.equal(split?.between, 0);
});

test('one fork, or one sample a fork, cannot be split', () => {
  assert.equal(splitVariance([[1, 2, 3]]), undefined);
  assert.equal(splitVariance([[1], [2]]), undefined);
  assert.equal(splitVariance([]), undefined);
});

const hierarchy = fc.array(
  fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 6 }),
  {
    minLength: 2,
    maxLength: 6,
  },
);

test('neither scale nor the order of forks matters', () => {
  fc.assert(
    fc.property(hierarchy, fc.double({ min: 0.01, max: 100, noNaN: true }), (forks, factor) => {
      const plain = splitVariance(forks);
      const other = splitVariance(forks.map((samples) => samples.map((x) => x * factor)).reverse());
      assert.ok(plain && other);
      assert.ok(Math.abs(plain.within - other.within) < 1e-6);
      assert.ok(Math.abs(plain.between - other.between) < 1e-4);
    }),
  );
});

test('Kalibera and Jones: expensive forks and noisy samples ask for longer forks', () => {
  isNear(bestSamplesPerFork({ between: 0.1, within: 0.2 }, { fork: 90, sample: 10 }), 6);
  assert.equal(bestSamplesPerFork({ between: 0.2, within: 0.01 }, { fork: 10, sample: 10 }), 1);
  assert.equal(
    bestSamplesPerFork({ between: 0, within: 0.1 }, { fork: 10, sample: 10 }),
    Number.POSITIVE_INFINITY,
  );
});
