import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median } from '../../src/statistics/descriptive.ts';
import { estimateOf } from '../../src/statistics/estimate.ts';
import { createRandom } from '../../src/statistics/random.ts';
import { depth } from '../support/depth.ts';

const random = createRandom(5);
const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
/** Student's t with three degrees of freedom. */
const heavy = () => normal() / Math.sqrt((normal() ** 2 + normal() ** 2 + normal() ** 2) / 3);

/** Draws a fork's level and returns its samples one by one. */
const models: Record<string, () => () => number> = {
  'normal forks and samples': () => {
    const level = 100 + 3 * normal();
    return () => level + normal();
  },
  'heavy tails on both levels': () => {
    const level = 100 + 3 * heavy();
    return () => level + heavy();
  },
  'bimodal forks': () => {
    const level = (random.next() < 0.3 ? 115 : 100) + normal();
    return () => level + normal();
  },
  'drift within forks': () => {
    const [level, slope] = [100 + 3 * normal(), 2 * normal()];
    let sample = 0;
    return () => level + slope * (sample++ / 15 - 0.5) + normal();
  },
};

const trials = depth(500, 2000);
/**
 * Of fewer trials the fraction has a standard error of one point; the draws are seeded, so it is the same
 * each time.
 */
const tolerance = depth(0.03, 0.02);

function assertCovers(covered: number, what: string): void {
  const fraction = covered / trials;
  assert.ok(Math.abs(fraction - 0.95) <= tolerance, `${what}: ${100 * fraction} %`);
}

const forkOf = (model: () => () => number) => Array.from({ length: 15 }, model());

for (const [name, model] of Object.entries(models)) {
  for (const forks of [5, 20]) {
    test(`the 95 % interval covers about 95 % of ${trials} hierarchies: ${name}, ${forks} forks`, () => {
      const truth = median(Array.from({ length: 20_000 }, () => median(forkOf(model))));
      let covered = 0;
      for (let trial = 1; trial <= trials; trial++) {
        const drawn = Array.from({ length: forks }, () => forkOf(model));
        const { low, high } = estimateOf(drawn, { seed: trial, resamples: 400 });
        if (low <= truth && truth <= high) covered++;
      }
      assertCovers(covered, `${forks} forks`);
    });
  }
}

test('so does the interval of the mean', () => {
  const model = models['normal forks and samples'];
  assert.ok(model);
  for (const forks of [5, 20]) {
    let covered = 0;
    for (let trial = 1; trial <= trials; trial++) {
      const drawn = Array.from({ length: forks }, () => forkOf(model));
      const { low, high } = estimateOf(drawn, {
        statistic: 'mean',
        seed: trial,
        resamples: forks === 5 ? 2000 : 800,
      });
      if (low <= 100 && 100 <= high) covered++;
    }
    assertCovers(covered, `${forks} forks`);
  }
});
