import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bestSplit,
  changePointsOf,
  gradualChange,
  meanDistance,
  minValues,
} from '../../src/statistics/change-points.ts';
import { createRandom, type Random } from '../../src/statistics/random.ts';

test('the energy statistic, against the paper’s formula by hand', () => {
  // x = 0, 2 and y = 10, 13: mean |x - y| = 10.5, |x - x'| = 2, |y - y'| = 3, mn / (m + n) = 1.
  assert.deepEqual(bestSplit([0, 2, 10, 13], 2), { at: 2, energy: 2 * 10.5 - 2 - 3 });
  assert.equal(meanDistance([0, 2, 10, 13]), (2 + 10 + 13 + 8 + 11 + 3) / 6);
  assert.equal(bestSplit([1, 2, 3], 2), undefined);
});

/** The formula as it is written, over all splits and ends. */
function naiveSplit(values: readonly number[], least: number) {
  const meanOver = (pairs: number[]) => pairs.reduce((sum, each) => sum + each, 0) / pairs.length;
  const between = (x: readonly number[], y: readonly number[]) =>
    meanOver(x.flatMap((a) => y.map((b) => Math.abs(a - b))));
  const within = (x: readonly number[]) =>
    meanOver(x.flatMap((a, i) => x.slice(i + 1).map((b) => Math.abs(a - b))));
  let best = { at: 0, energy: Number.NEGATIVE_INFINITY };
  for (let at = least; at <= values.length - least; at++) {
    for (let end = at + least; end <= values.length; end++) {
      const [x, y] = [values.slice(0, at), values.slice(at, end)];
      const energy =
        ((x.length * y.length) / (x.length + y.length)) * (2 * between(x, y) - within(x) - within(y));
      if (energy > best.energy) best = { at, energy };
    }
  }
  return best;
}

test('the best split, against the formula written out', () => {
  const random = createRandom(8);
  for (let trial = 0; trial < 50; trial++) {
    const values = Array.from({ length: 6 + random.integer(12) }, () => random.normal());
    const [found, expected] = [bestSplit(values, 3), naiveSplit(values, 3)];
    assert.equal(found?.at, expected.at);
    assert.ok(Math.abs((found?.energy ?? 0) - expected.energy) < 1e-9);
  }
});

/** Times around levels that begin at indices, spreading by a fraction. */
function series(length: number, levels: Readonly<Record<number, number>>, random: Random, spread = 0.01) {
  let level = 100;
  return Array.from({ length }, (_, index) => {
    level = levels[index] ?? level;
    return level * Math.exp(spread * random.normal());
  });
}

test('a clean step is found, dated and sized', () => {
  const [change, ...others] = changePointsOf(series(30, { 17: 118 }, createRandom(1)));
  assert.deepEqual(others, []);
  assert.equal(change?.at, 17);
  assert.ok(Math.abs((change?.change ?? 0) - 0.18) < 0.01);
  assert.ok(Math.abs((change?.before ?? 0) - 100) < 1 && Math.abs((change?.after ?? 0) - 118) < 1);
  assert.ok((change?.p ?? 1) < 0.01);
});

test('the same values have the same changes; a factor changes levels only', () => {
  const values = series(40, { 20: 104 }, createRandom(2));
  assert.deepEqual(changePointsOf(values), changePointsOf(values));
  const scaled = changePointsOf(values.map((value) => value * 7));
  assert.deepEqual(
    scaled.map(({ at, p }) => [at, p]),
    changePointsOf(values).map(({ at, p }) => [at, p]),
  );
});

test('two steps are found, also one that goes back', () => {
  const random = createRandom(3);
  const placesIn = (levels: Record<number, number>) =>
    changePointsOf(series(60, levels, random)).map(({ at }) => at);
  assert.deepEqual(placesIn({ 20: 110, 40: 121 }), [20, 40]);
  assert.deepEqual(placesIn({ 28: 110, 34: 100 }), [28, 34]);
});

test('six runs show a large step, five runs none', () => {
  const random = createRandom(4);
  assert.deepEqual(
    changePointsOf(series(minValues, { 3: 130 }, random)).map(({ at }) => at),
    [3],
  );
  assert.deepEqual(changePointsOf(series(minValues - 1, { 3: 130 }, random)), []);
  assert.deepEqual(changePointsOf([]), []);
});

test('a slow run or two in a row are no change, three are', () => {
  const random = createRandom(5);
  const withSlow = (count: number) => {
    const back = Object.fromEntries([[12 + count, 100]]);
    return changePointsOf(series(30, { 12: 130, ...back }, random)).map(({ at }) => at);
  };
  assert.deepEqual([withSlow(1), withSlow(2), withSlow(3)], [[], [], [12, 15]]);
});

test('changes under the threshold are not told, however sure', () => {
  const values = series(200, { 100: 100.6 }, createRandom(6), 0.002);
  assert.deepEqual(changePointsOf(values), []);
  assert.deepEqual(
    changePointsOf(values, { threshold: 0.003 }).map(({ at }) => at),
    [100],
  );
});

test('equal values have no change, values without logarithm are refused', () => {
  assert.deepEqual(changePointsOf(new Array(20).fill(5)), []);
  assert.throws(() => changePointsOf([1, 0, 1, 1, 1, 1, 1]), RangeError);
});

/** Deviations of runs. */
const noises: Readonly<Record<string, (random: Random) => number>> = {
  normal: (random) => random.normal(),
  'with slow runs': (random) => random.normal() + (random.next() < 0.1 ? 10 : 0),
};

for (const [name, noise] of Object.entries(noises)) {
  test(`false positives are near 1 % of series without a change: ${name}`, () => {
    const random = createRandom(7);
    for (const [length, trials] of [
      [6, 400],
      [13, 400],
      [14, 400],
      [40, 200],
    ] as const) {
      let falsePositives = 0;
      for (let trial = 0; trial < trials; trial++) {
        const values = Array.from({ length }, () => Math.exp(0.02 * noise(random)));
        if (changePointsOf(values, { threshold: 0 }).length > 0) falsePositives++;
      }
      // More than 3 % of 400 at a rate of 1 % has a probability of 0.0003, of 200 at that rate of 0.004.
      assert.ok(falsePositives <= 0.03 * trials, `${falsePositives} of ${trials} series of ${length}`);
    }
  });
}

test('a drift is cut into steps of one direction, and said to be a line', () => {
  const random = createRandom(9);
  const drifting = Array.from({ length: 60 }, (_, i) => 100 * Math.exp(0.004 * i + 0.01 * random.normal()));
  const changes = changePointsOf(drifting);
  assert.ok(changes.length > 0 && changes.every(({ change }) => change > 0));
  const found = gradualChange(
    drifting,
    changes.map(({ at }) => at),
  );
  assert.ok(Math.abs((found?.change ?? 0) - Math.expm1(0.004 * 59)) < 0.02, `${found?.change}`);
});

test('a step is no line', () => {
  const values = series(60, { 30: 120 }, createRandom(10));
  assert.equal(gradualChange(values, [30]), undefined);
  assert.equal(gradualChange(values, []), undefined);
});
