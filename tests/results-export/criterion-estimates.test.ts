import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { statisticsOf } from '../../src/results/export/common.ts';
import { criterionEstimates, poolOf, resample } from '../../src/results/export/criterion.ts';
import { median } from '../../src/statistics/descriptive.ts';
import { createRandom } from '../../src/statistics/random.ts';
import { forkOf, measured } from '../results/sample-document.ts';
import { criterionEstimate } from './criterion-schema.ts';
import { time } from './hostile.ts';

test('forks that differ make the mean uncertain, however many samples they have', () => {
  const random = createRandom(3);
  const forks = [100, 110, 120, 130, 140, 150].map((center) =>
    forkOf(Array.from({ length: 200 }, () => center + random.next())),
  );
  const { mean, std_dev } = criterionEstimates(measured('x', [100, 125, 150], { forks }), 1);
  // The forks' standard deviation by the root of their number; of 1200 independent samples it would be 0.5.
  const error = 17.08 / Math.sqrt(6);
  assert.ok(Math.abs(mean.standard_error / error - 1) < 0.1, `${mean.standard_error}, expected ${error}`);
  const { lower_bound, upper_bound } = mean.confidence_interval;
  assert.ok(upper_bound - lower_bound > 3 * error && upper_bound - lower_bound < 4.5 * error);
  assert.ok(Math.abs(std_dev.point_estimate - 17.09) < 0.1);
});

test('without bounds in the document the median has those of the resamples', () => {
  const estimate = { unit: 'ns/iter', point: 100, low: null, high: null, confidence: null } as const;
  const { median: middle } = criterionEstimates(measured('x', [80, 100, 125], { estimate }), 1);
  criterionEstimate.parse(middle);
  assert.ok(middle.confidence_interval.lower_bound >= 80 && middle.confidence_interval.upper_bound <= 125);
  assert.equal(middle.confidence_interval.confidence_level, 0.95);
});

const sampleValues = fc.array(time, { minLength: 1, maxLength: 30 });

test('the median absolute deviation is that of its definition', () => {
  fc.assert(
    fc.property(sampleValues, (values) => {
      const center = median(values);
      const expected = 1.4826 * median(values.map((value) => Math.abs(value - center)));
      const actual = statisticsOf(Float64Array.from(values).sort()).median_abs_dev;
      assert.ok(Math.abs(actual - expected) <= 1e-9 * (1 + expected), `${actual}, expected ${expected}`);
    }),
  );
});

test('a resample is in order, of the forks that were drawn and as long as they are', () => {
  fc.assert(
    fc.property(fc.array(sampleValues, { minLength: 1, maxLength: 4 }), fc.nat(), (forks, seed) => {
      const drawn = resample(poolOf([[], ...forks]), createRandom(seed));
      assert.deepEqual(drawn, Float64Array.from(drawn).sort());
      const all = new Set(forks.flat());
      assert.ok(drawn.every((value) => all.has(value)));
      const lengths = forks.map(({ length }) => length);
      assert.ok(drawn.length >= forks.length * Math.min(...lengths));
      assert.ok(drawn.length <= forks.length * Math.max(...lengths));
    }),
  );
});
