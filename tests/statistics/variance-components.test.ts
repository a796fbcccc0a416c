import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mean, variance } from '../../src/statistics/descriptive.ts';
import { createRandom } from '../../src/statistics/random.ts';
import { splitLevels, varianceComponents } from '../../src/statistics/variance.ts';

const isNear = (value: number | undefined, expected: number, tolerance = 1e-9) =>
  assert.ok(Math.abs((value ?? Number.NaN) - expected) <= tolerance, `${value}, not ${expected}`);

test('a balanced example worked by hand', () => {
  // Subgroup means 2, 6 and 12, 16; group means 4 and 14; in all 9. Sums of squares and degrees of freedom:
  // samples 8 / 4 = 2; subgroups 2 x 4 x 2² = 32 / 2 = 16; groups 2 x 4 x 5² = 200 / 1.
  // So: sample 2, subgroup (16 - 2) / 2 = 7, group (200 - 16) / 4 = 46.
  const nested = [
    [
      [1, 3],
      [5, 7],
    ],
    [
      [11, 13],
      [15, 17],
    ],
  ];
  assert.deepEqual(varianceComponents(nested), { group: 46, subgroup: 7, sample: 2, mean: 9 });
  const split = splitLevels(nested);
  isNear(split?.fractions.group, 46 / 55);
  isNear(split?.fractions.subgroup, 7 / 55);
  isNear(split?.fractions.sample, 2 / 55);
  isNear(split?.deviations.group, Math.sqrt(46) / 9);
});

test('an unbalanced example worked by hand', () => {
  // Group 1: [2, 4] and [9]; group 2: [10, 12]. n = 5; means 3, 9 | 11; groups 5 (of 3), 11 (of 2); all 37/5
  // = 7.4.
  // Samples: 2 + 2 = 4 over 5 - 3 = 2 degrees: 2. Subgroups: 2 x (3 - 5)² + (9 - 5)² = 24, one degree.
  // Sum of n_ij²/n_i: (4 + 1)/3 + 2 = 11/3; of n_ij²/n: 9/5; of n_i²/n: 13/5.
  // subgroup = (24 - 2) / (5 - 11/3) = 16.5; squares of groups 3 x 2.4² + 2 x 3.6² = 43.2, so
  // group = (43.2 - 2 - (11/3 - 9/5) x 16.5) / (5 - 13/5) = (41.2 - 30.8) / 2.4 = 13/3.
  const found = varianceComponents([[[2, 4], [9]], [[10, 12]]]);
  isNear(found?.sample, 2);
  isNear(found?.subgroup, 16.5);
  isNear(found?.group, 13 / 3);
});

test('what is below zero counts as none', () => {
  const same = [
    [
      [1, 9],
      [9, 1],
    ],
    [
      [1, 9],
      [9, 1],
    ],
  ];
  const found = varianceComponents(same);
  assert.ok(found && found.group <= 0 && found.subgroup < 0);
  assert.deepEqual(splitLevels(same)?.fractions, { group: 0, subgroup: 0, sample: 1 });
});

test('what cannot be split is not split', () => {
  assert.equal(varianceComponents([]), undefined);
  assert.equal(
    varianceComponents([
      [
        [1, 2],
        [3, 4],
      ],
    ]),
    undefined,
    'one group',
  );
  assert.equal(varianceComponents([[[1, 2]], [[3, 4]]]), undefined, 'one subgroup a group');
  assert.equal(
    varianceComponents([
      [[1], [2]],
      [[3], [4]],
    ]),
    undefined,
    'one sample a subgroup',
  );
  assert.equal(
    splitLevels([
      [
        [5, 5],
        [5, 5],
      ],
      [
        [5, 5],
        [5, 5],
      ],
    ]),
    undefined,
    'no variance',
  );
});

test('groups and subgroups without samples are passed over', () => {
  const plain = [
    [
      [1, 3],
      [5, 7],
    ],
    [
      [11, 13],
      [15, 17],
    ],
  ];
  assert.deepEqual(varianceComponents([...plain, [[]], []]), varianceComponents(plain));
});

test('the estimators are unbiased for unequal sizes, within 4 standard errors of 3000 seeded draws', () => {
  const truth = { group: 4, subgroup: 2, sample: 9 };
  const sizes = [[3, 5, 2], [4, 4], [1, 6, 2, 3], [2, 7], [5]];
  const random = createRandom(2026);
  const draw = () =>
    sizes.map((forks) => {
      const group = 100 + Math.sqrt(truth.group) * random.normal();
      return forks.map((count) => {
        const subgroup = group + Math.sqrt(truth.subgroup) * random.normal();
        return Array.from({ length: count }, () => subgroup + Math.sqrt(truth.sample) * random.normal());
      });
    });
  const estimates = Array.from({ length: 3000 }, () => varianceComponents(draw()));
  for (const level of ['group', 'subgroup', 'sample'] as const) {
    const values = estimates.map((each) => each?.[level] ?? Number.NaN);
    isNear(mean(values), truth[level], 4 * Math.sqrt(variance(values) / values.length));
  }
});
