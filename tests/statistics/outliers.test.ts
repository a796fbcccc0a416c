import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { outliersOf, withoutSevere } from '../../src/statistics/tukey.ts';

test('Tukey’s four classes, by hand', () => {
  // Quartiles of the nine inner values with the outer four: 3.0 and 9.0 of 13 values; fences at -6, -15, 18, 27.
  const samples = [-20, -10, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30];
  assert.deepEqual(outliersOf([samples]), {
    lowSevere: 1,
    lowMild: 1,
    highMild: 1,
    highSevere: 1,
    samples: 13,
  });
});

test('that forks differ makes no outliers', () => {
  const { lowSevere, lowMild, highMild, highSevere, samples } = outliersOf([
    [1, 2, 3],
    [1, 2, 3],
    [1, 2, 3],
    [900, 901],
    [],
  ]);
  assert.deepEqual([lowSevere + lowMild + highMild + highSevere, samples], [0, 11]);
});

test('mirrored samples have mirrored outliers, none is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 }), (samples) => {
      const plain = outliersOf([samples]);
      const mirrored = outliersOf([samples.map((x) => -x)]);
      assert.deepEqual(
        [plain.lowSevere, plain.lowMild, plain.highMild, plain.highSevere],
        [mirrored.highSevere, mirrored.highMild, mirrored.lowMild, mirrored.lowSevere],
      );
      assert.equal(plain.samples, samples.length);
    }),
  );
});

test('severe outliers are pulled in to their fence, in their places', () => {
  // Quartiles 2 and 4: the fences are 2 - 6 and 4 + 6.
  assert.deepEqual(withoutSevere([3, 1000, 2, 4, 1]), [3, 10, 2, 4, 1]);
  assert.deepEqual(withoutSevere([-1000, 2, 3, 4, 5]), [-4, 2, 3, 4, 5]);
  assert.deepEqual(withoutSevere([]), []);
});
