import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EstimateOptions, estimateOf } from '../../src/statistics/estimate.ts';
import { createRandom } from '../../src/statistics/random.ts';

/** Forks whose medians differ by `between` and whose samples differ by `within`, around 1000. */
function simulated(seed: number, forks = 5, samples = 50, between = 50, within = 20): number[][] {
  const random = createRandom(seed);
  return Array.from({ length: forks }, () => {
    const centre = 1000 + between * (random.next() - 0.5);
    return Array.from({ length: samples }, () => centre + within * (random.next() - 0.5));
  });
}

const bounds = (forks: readonly (readonly number[])[], options?: EstimateOptions) => {
  const { low, point, high } = estimateOf(forks, options);
  return [low, point, high] as const;
};

test("the point is the median of the forks' medians, whatever their lengths", () => {
  assert.equal(estimateOf([[1, 2, 9], [5], [4, 6, 7, 100]]).point, 5);
  assert.equal(
    estimateOf([
      [1, 2, 9],
      [4, 6],
    ]).point,
    3.5,
  );
});

test('samples that are all equal leave no doubt', () => {
  const [low, point, high] = bounds([
    [3, 3, 3],
    [3, 3],
  ]);
  assert.deepEqual([low, point, high], [3, 3, 3]);
  assert.deepEqual(bounds([[7]]), [7, 7, 7]);
});

test('with one sample a fork the bounds are those of the median of forks', () => {
  // Of three draws with replacement the median is the least value in 7 of 27 cases, and the greatest in as
  // many.
  assert.deepEqual(bounds([[10], [20], [30]]), [10, 20, 30]);
});

test('the bounds of one fork come from its samples', () => {
  const samples = simulated(1, 1)[0] as number[];
  const [low, point, high] = bounds([samples]);
  assert.ok(low < point && point < high);
  assert.ok(low > Math.min(...samples) && high < Math.max(...samples));
});

test('the spread between forks widens the interval, more samples a fork do not narrow it', () => {
  const width = (forks: number[][]) => {
    const [low, , high] = bounds(forks);
    return high - low;
  };
  assert.ok(width(simulated(2, 5, 50, 200)) > 3 * width(simulated(2, 5, 50, 0)));
  assert.ok(width(simulated(2, 5, 500, 200)) > 0.5 * width(simulated(2, 5, 50, 200)));
  assert.ok(width(simulated(2, 40, 50, 200)) < width(simulated(2, 5, 50, 200)));
});

test('more confidence makes a wider interval', () => {
  const forks = simulated(4);
  const [low90, , high90] = bounds(forks, { confidence: 0.9 });
  const [low99, , high99] = bounds(forks, { confidence: 0.99 });
  assert.ok(low99 < low90 && high90 < high99);
  assert.equal(estimateOf(forks).confidence, 0.95);
});

test('a seed decides the interval, and only the interval', () => {
  const forks = simulated(6);
  assert.deepEqual(estimateOf(forks, { seed: 9 }), estimateOf(forks, { seed: 9 }));
  assert.notDeepEqual(bounds(forks, { seed: 9 }), bounds(forks, { seed: 10 }));
  assert.equal(estimateOf(forks, { seed: 9 }).point, estimateOf(forks, { seed: 10 }).point);
});

test('scaled and shifted samples give scaled and shifted bounds', () => {
  const forks = simulated(8);
  const original = bounds(forks);
  const isNear = (value: number, expected: number) => assert.ok(Math.abs(value - expected) < 1e-9 * expected);
  for (const change of [(ns: number) => ns * 0.37, (ns: number) => ns + 4321]) {
    const changed = bounds(forks.map((samples) => samples.map(change)));
    for (const [index, bound] of original.entries()) isNear(changed[index] as number, change(bound));
  }
});

test('the point is always within the bounds', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const forks = simulated(seed, 1 + (seed % 5), 1 + (seed % 4), 300, 100);
    const [low, point, high] = bounds(forks, { seed, resamples: 1 + (seed % 30) });
    assert.ok(low <= point && point <= high);
  }
});

test('forks without samples do not count, no samples at all are refused', () => {
  assert.deepEqual(bounds([[], [7], []]), [7, 7, 7]);
  assert.throws(() => estimateOf([]), RangeError);
  assert.throws(() => estimateOf([[], []]), RangeError);
});

test('the samples are left in their order', () => {
  const fork = Object.freeze([3, 1, 2]);
  estimateOf([fork]);
  assert.deepEqual(fork, [3, 1, 2]);
});

test('a usual case takes less than 100 ms', () => {
  const forks = simulated(12);
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    estimateOf(forks);
    return performance.now() - start;
  });
  assert.ok(Math.min(...times) < 100, `${times}`);
});
