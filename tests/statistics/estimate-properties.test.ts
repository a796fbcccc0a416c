import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { differenceOfForks } from '../../src/statistics/change.ts';
import { estimateOf, type Statistic } from '../../src/statistics/estimate.ts';

const sample = fc.double({ min: 1, max: 1e6, noNaN: true });
const hierarchy = fc.array(fc.array(sample, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 });
/** Sums of whole numbers are exact, so that they keep the order of forks. */
const wholes = fc.array(fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 5 }), {
  minLength: 1,
  maxLength: 6,
});
const statistic = fc.constantFrom<Statistic>('median', 'mean');
const few = { resamples: 50 };
const near = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b), 1);

test('a positive factor scales the estimate and its bounds', () => {
  fc.assert(
    fc.property(
      hierarchy,
      statistic,
      fc.double({ min: 0.001, max: 1000, noNaN: true }),
      (forks, of, factor) => {
        const plain = estimateOf(forks, { ...few, statistic: of });
        const scaled = estimateOf(
          forks.map((samples) => samples.map((x) => x * factor)),
          { ...few, statistic: of },
        );
        for (const key of ['low', 'point', 'high'] as const)
          assert.ok(near(scaled[key], plain[key] * factor));
      },
    ),
  );
});

test('an offset shifts them', () => {
  fc.assert(
    fc.property(wholes, statistic, fc.integer({ min: 0, max: 1000 }), (forks, of, offset) => {
      const plain = estimateOf(forks, { ...few, statistic: of });
      const shifted = estimateOf(
        forks.map((samples) => samples.map((x) => x + offset)),
        { ...few, statistic: of },
      );
      for (const key of ['low', 'point', 'high'] as const) assert.ok(near(shifted[key], plain[key] + offset));
    }),
  );
});

test('neither the order of forks nor that of their samples matters', () => {
  fc.assert(
    fc.property(hierarchy, statistic, (forks, of) => {
      const other = forks.map((samples) => samples.toReversed()).reverse();
      assert.deepEqual(
        estimateOf(other, { ...few, statistic: of }),
        estimateOf(forks, { ...few, statistic: of }),
      );
    }),
  );
});

test('the bounds hold the point and lie within the samples', () => {
  fc.assert(
    fc.property(hierarchy, statistic, (forks, of) => {
      const { low, point, high } = estimateOf(forks, { ...few, statistic: of });
      const all = forks.flat();
      const slack = 1 + 1e-12;
      assert.ok(low <= point && point <= high);
      assert.ok(Math.min(...all) <= low * slack && high <= Math.max(...all) * slack);
    }),
  );
});

test('a comparison sees ratios only, and is turned around by turning the sides', () => {
  const sides = fc.array(fc.array(sample, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(sides, sides, fc.double({ min: 0.01, max: 100, noNaN: true }), (a, b, factor) => {
      const scaled = (forks: number[][]) => forks.map((samples) => samples.map((x) => x * factor));
      const plain = differenceOfForks(a, b);
      assert.ok(Math.abs(plain.difference - differenceOfForks(scaled(a), scaled(b)).difference) < 1e-9);
      assert.ok(Math.abs(plain.difference + differenceOfForks(b, a).difference) < 1e-9);
    }),
  );
});
