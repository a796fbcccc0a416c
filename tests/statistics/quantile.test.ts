import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mean, median, quantile } from '../../src/statistics/descriptive.ts';

test('mean', () => {
  assert.equal(mean([2, 4, 9]), 5);
  assert.equal(mean([-3]), -3);
});

test('median of odd and even numbers of values, in any order', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([9, 1, 5, 2]), 3.5);
  assert.equal(median([7]), 7);
});

test('values sort as numbers', () => {
  assert.equal(median([10, 9, 100, -1, -20]), 9);
});

test("quantiles agree with R's quantile(x, p, type = 7)", () => {
  const values = [3, 1, 4, 1, 5, 9, 2, 6];
  assert.equal(quantile(values, 0), 1);
  assert.equal(quantile(values, 1), 9);
  assert.equal(quantile(values, 0.25), 1.75);
  assert.equal(quantile(values, 0.75), 5.25);
  assert.ok(Math.abs(quantile(values, 0.9) - 6.9) < 1e-12);
});

test('the argument is left as it was', () => {
  const values = Object.freeze([3, 1, 2]);
  assert.equal(median(values), 2);
  assert.deepEqual(values, [3, 1, 2]);
});

test('no values and no probability are refused', () => {
  for (const refused of [
    () => mean([]),
    () => median([]),
    () => quantile([1], 1.5),
    () => quantile([1], NaN),
  ]) {
    assert.throws(refused, RangeError);
  }
});
