import assert from 'node:assert/strict';
import { test } from 'node:test';
import { twoModesOf } from '../../src/statistics/diagnosis.ts';
import { createRandom } from '../../src/statistics/random.ts';

const random = createRandom(8);
const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

test('two groups are found, with their middles and sizes', () => {
  const found = twoModesOf([100, 151, 101, 99, 150, 102, 98, 149, 100, 101]);
  assert.ok(found);
  assert.deepEqual([found.low, found.inLow, found.high, found.inHigh], [100, 7, 150, 3]);
  assert.ok(found.p < 0.002);
});

test('normal values and single outliers are no groups', () => {
  const clear = (series: () => number[]) =>
    Array.from({ length: 100 }, () => twoModesOf(series())?.p ?? 1).filter((p) => p < 0.01).length;
  assert.ok(clear(() => Array.from({ length: 20 }, () => 100 + normal())) <= 4);
  assert.equal(
    clear(() => [...Array.from({ length: 19 }, () => 100 + normal()), 300]),
    0,
  );
});

test('few values tell nothing', () => {
  assert.equal(twoModesOf([1, 1, 1, 9, 9, 9, 9]), undefined);
});
