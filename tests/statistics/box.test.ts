import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { boxOf, outliersOf } from '../../src/statistics/tukey.ts';

test('quartiles, whiskers within the fences, outliers by how far they are', () => {
  // Quartiles 3 and 7: the fences are at -3 and 13, the outer ones at -9 and 19.
  assert.deepEqual(boxOf([-10, 1, 2, 3, 3, 5, 6, 7, 7, 13, 14, 20, 3, 5, 7]), {
    low: 1,
    high: 13,
    quartiles: [3, 7],
    median: 5,
    mild: [14],
    severe: [-10, 20],
  });
});

test('equal samples have a box without extent, and any other sample is beyond it', () => {
  const box = boxOf([4, 4, 4, 4, 4, 4, 4, 4, 5]);
  assert.deepEqual(box, { low: 4, high: 4, quartiles: [4, 4], median: 4, mild: [], severe: [5] });
  assert.deepEqual(boxOf([7]), { low: 7, high: 7, quartiles: [7, 7], median: 7, mild: [], severe: [] });
});

test('no samples have no box', () => {
  assert.throws(() => boxOf([]), RangeError);
});

const samples = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });

test('its parts are in order, and its outliers are those that are counted', () => {
  fc.assert(
    fc.property(samples, (all) => {
      const { low, high, quartiles, median, mild, severe } = boxOf(all);
      const parts = [low, quartiles[0], median, quartiles[1], high];
      assert.deepEqual(
        parts,
        parts.toSorted((a, b) => a - b),
      );
      const counts = outliersOf([all]);
      assert.equal(mild.length, counts.lowMild + counts.highMild);
      assert.equal(severe.length, counts.lowSevere + counts.highSevere);
    }),
  );
});
