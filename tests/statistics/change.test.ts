import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  changeOf,
  differenceOfForks,
  differenceOfPairs,
  holm,
  minimumDetectable,
} from '../../src/statistics/change.ts';
import { createRandom, type Random } from '../../src/statistics/random.ts';

const forksOf = (values: readonly number[]) => values.map((value) => [value]);

test('Welch’s statistic on logarithms, against a worked example', () => {
  // exp of {1, 2, 3} and {4, 6, 8}: means 2 and 6, variances 1 and 4, t = 4 / sqrt(5/3), df = (5/3)^2 / (1/18 +
  // 16/18).
  const exp = (values: number[]) => forksOf(values.map(Math.exp));
  const { difference, standardError, degrees } = differenceOfForks(exp([1, 2, 3]), exp([4, 6, 8]));
  assert.ok(Math.abs(difference - 4) < 1e-12);
  assert.ok(Math.abs(standardError - Math.sqrt(5 / 3)) < 1e-12);
  assert.ok(Math.abs(degrees - 25 / 9 / (17 / 18)) < 1e-9);
});

test('scale and order do not matter', () => {
  const [a, b] = [
    [100, 103, 99, 104],
    [110, 108, 115],
  ];
  const plain = differenceOfForks(forksOf(a), forksOf(b));
  const scaled = differenceOfForks(forksOf(a.map((x) => 7 * x)), forksOf(b.map((x) => 7 * x).reverse()));
  assert.ok(Math.abs(plain.difference - scaled.difference) < 1e-12);
  assert.ok(Math.abs(plain.standardError - scaled.standardError) < 1e-12);
});

test('equal forks are no change, and a difference without spread is certain', () => {
  const same = changeOf(differenceOfForks(forksOf([5, 5]), forksOf([5, 5])), { threshold: 0.01 });
  assert.deepEqual([same.point, same.p, same.pBeyondThreshold], [0, 1, 1]);
  const other = changeOf(differenceOfForks(forksOf([5, 5]), forksOf([6, 6])), { threshold: 0.01 });
  assert.deepEqual([other.p, other.pBeyondThreshold], [0, 0]);
});

test('Holm’s correction, against his own procedure by hand', () => {
  const adjusted = holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(6)));
  assert.deepEqual(adjusted, [0.03, 0.06, 0.06, 0.02]);
});

const normal = (random: Random) =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** How often a slowdown by `effect` is found in simulated forks, whose logarithms spread by `spread`. */
function foundFraction(
  effect: number,
  spread: number,
  alpha: number,
  trials: number,
): { found: number; visible: number } {
  const random = createRandom(11);
  const forks = (shift: number) =>
    forksOf(Array.from({ length: 8 }, () => Math.exp(shift + spread * normal(random))));
  let found = 0;
  let visible = 0;
  for (let trial = 0; trial < trials; trial++) {
    const difference = differenceOfForks(forks(0), forks(Math.log1p(effect)));
    if (changeOf(difference, { threshold: 0.01 }).pBeyondThreshold < alpha) found++;
    visible += minimumDetectable(difference, 0.01, { alpha }) / trials;
  }
  return { found: found / trials, visible };
}

test('false positives of simulated A/A comparisons stay under alpha', () => {
  assert.ok(foundFraction(0, 0.02, 0.01, 4000).found <= 0.01);
});

test('the smallest visible change is found about as often as it says', () => {
  const { visible } = foundFraction(0, 0.02, 0.01, 500);
  const { found } = foundFraction(visible, 0.02, 0.01, 2000);
  assert.ok(found > 0.93 && found < 0.99, `${found}`);
});

test('pairs are judged by their own spread', () => {
  const { difference, standardError, degrees } = differenceOfPairs([0.1, 0.2, 0.3]);
  assert.ok(Math.abs(difference - 0.2) < 1e-12);
  assert.ok(Math.abs(standardError - 0.1 / Math.sqrt(3)) < 1e-12);
  assert.equal(degrees, 2);
});
