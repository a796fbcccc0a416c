import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { githubActionBenchmark } from '../../src/results/export/github.ts';
import { article, benchmarkName, mixed, textOf } from './documents.ts';
import { hostileDocument } from './hostile.ts';

/** github-action-benchmark: src/extract.ts, and the range that src/extractRangeInfo.ts reads. */
const actionSchema = z.array(
  z.strictObject({
    name: benchmarkName,
    value: z.number(),
    unit: z.literal('ns/iter'),
    range: z
      .string()
      .refine((range) => Number.isFinite(Number(/^(?:(?:\+-|±)\s*)(\d.+)$/.exec(range)?.[1])))
      .optional(),
    extra: z.string().optional(),
  }),
);

test('github-action-benchmark', () => {
  assert.deepEqual(JSON.parse(textOf(githubActionBenchmark, mixed)), [
    {
      name: 'memfd/pages=4',
      unit: 'ns/iter',
      value: 100,
      range: '± 22.500',
      extra: 'forks=2\nsamples=3\nci95=[80,125]',
    },
    {
      name: 'reuse_lock/pages=4',
      unit: 'ns/iter',
      value: 3412.4,
      range: '± 249.000',
      extra: 'forks=2\nsamples=3\nci95=[3100,3598]',
    },
  ]);
});

test('github-action-benchmark of estimates alone', () => {
  const entries = JSON.parse(textOf(githubActionBenchmark, article));
  assert.deepEqual(entries[0], { name: 'naive', unit: 'ns/iter', value: 4600 });
});

test('whatever the names are, the file is of the schema and distinguishes the cases', () => {
  fc.assert(
    fc.property(hostileDocument, (document) => {
      const entries = actionSchema.parse(JSON.parse(textOf(githubActionBenchmark, document)));
      const cases = document.cases.filter(({ status }) => status === 'measured');
      assert.equal(entries.length, cases.length);
      assert.equal(new Set(entries.map(({ name }) => name)).size, cases.length);
    }),
  );
});
