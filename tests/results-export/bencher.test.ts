import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { bencher } from '../../src/results/export/bencher.ts';
import { documentOf, measured } from '../results/sample-document.ts';
import { article, benchmarkName, mixed, textOf } from './documents.ts';
import { hostileDocument } from './hostile.ts';

const metric = z.strictObject({
  value: z.number(),
  lower_value: z.number().optional(),
  upper_value: z.number().optional(),
});

/** bencher: services/console/public/bmf.json, with the measures that we write. */
const bencherSchema = z.record(
  benchmarkName,
  z.strictObject({
    latency: metric,
    throughput: metric.optional(),
    'page-faults': metric.optional(),
  }),
);

test('Bencher Metric Format', () => {
  const metrics = JSON.parse(textOf(bencher, mixed));
  assert.deepEqual(Object.keys(metrics), ['memfd/pages=4', 'reuse_lock/pages=4']);
  assert.deepEqual(metrics['memfd/pages=4'], {
    latency: { value: 100, lower_value: 80, upper_value: 125 },
    throughput: { value: 1e7, lower_value: 8e6, upper_value: 12.5e6 },
    'page-faults': { value: 0 },
  });
  assert.deepEqual(metrics['reuse_lock/pages=4']['page-faults'], { value: 4 });
});

test('Bencher Metric Format of estimates alone', () => {
  const metrics = JSON.parse(textOf(bencher, article));
  assert.equal(Object.keys(metrics).length, 7);
  assert.deepEqual(metrics.rwx, { latency: { value: 100 }, throughput: { value: 1e7 } });
});

test('Bencher Metric Format has no infinite throughput', () => {
  const document = documentOf([measured('a', [0, 0, 1]), measured('b', [0, 1, 2])]);
  const metrics = JSON.parse(textOf(bencher, document));
  assert.equal(metrics['a/pages=4'].throughput, undefined);
  assert.deepEqual(metrics['b/pages=4'].throughput, { value: 1e9, lower_value: 5e8 });
});

test('Bencher Metric Format keeps long names apart and within its limit', () => {
  const id = 'x'.repeat(5000);
  const cases = [1, 2].map(() => measured('x', [1, 2, 3], { id }));
  const names = Object.keys(JSON.parse(textOf(bencher, documentOf(cases))));
  assert.deepEqual(names, ['x'.repeat(1000), `${'x'.repeat(1000)} #2`]);
});

test('whatever the names are, the file is of the schema and distinguishes the cases', () => {
  fc.assert(
    fc.property(hostileDocument, (document) => {
      const metrics = JSON.parse(textOf(bencher, document));
      bencherSchema.parse(metrics);
      const cases = document.cases.filter(({ status }) => status === 'measured');
      assert.equal(Object.keys(metrics).length, cases.length);
    }),
  );
});
