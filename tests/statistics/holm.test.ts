import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holm } from '../../src/statistics/change.ts';

test('the smallest p-value is multiplied by the number of tests, each further one by one less', () => {
  // By hand: 3 * 0.01, 2 * 0.02, and 0.04, in the order of what was given.
  assert.deepEqual(holm([0.04, 0.01, 0.02]), [0.04, 0.03, 0.04]);
});

test('a larger p-value never ends below a smaller one, and none above 1', () => {
  assert.deepEqual(holm([0.03, 0.02, 0.9]), [0.06, 0.06, 0.9]);
  assert.deepEqual(holm([0.6, 0.7]), [1, 1]);
  assert.deepEqual(holm([]), []);
});
