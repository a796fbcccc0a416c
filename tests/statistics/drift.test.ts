import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driftOf } from '../../src/statistics/diagnosis.ts';
import { createRandom } from '../../src/statistics/random.ts';

test('a series that only rises, by hand', () => {
  // Eight values: S = 28, variance 8 x 7 x 21 / 18; z = 27 / sqrt(65.33) = 3.340, p = 0.00084.
  const drift = driftOf([1, 2, 3, 4, 5, 6, 7, 8]);
  assert.ok(drift);
  assert.equal(drift.change, 7 / 4.5);
  assert.ok(Math.abs(drift.p - 0.000837) < 2e-6, `${drift.p}`);
});

test('one outlier is no trend, and equal values have none', () => {
  assert.ok((driftOf([10, 11, 10, 11, 10, 11, 10, 99])?.p ?? 0) > 0.1);
  assert.deepEqual(driftOf([5, 5, 5, 5, 5, 5, 5, 5]), { change: 0, p: 1 });
  assert.equal(driftOf([1, 2, 3, 4, 5, 6, 7]), undefined);
});

test('noise without a trend rarely shows one', () => {
  const random = createRandom(3);
  const series = () => Array.from({ length: 20 }, () => 100 + random.next());
  const falsePositives = Array.from({ length: 1000 }, () => driftOf(series())?.p ?? 1).filter(
    (p) => p < 0.01,
  );
  assert.ok(falsePositives.length <= 18, `${falsePositives.length} of 1000`);
});
