import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { hyperfine } from '../../src/results/export/hyperfine.ts';
import { documentOf, forkOf, measured } from '../results/sample-document.ts';
import { article, benchmarkName, mixed, textOf } from './documents.ts';
import { hostileDocument } from './hostile.ts';

/** hyperfine: src/benchmark/benchmark_result.rs, and what Bencher's reader of it takes. */
const hyperfineSchema = z.strictObject({
  results: z.array(
    z
      .strictObject({
        command: benchmarkName,
        mean: z.number(),
        stddev: z.number().nullable(),
        median: z.number(),
        user: z.number(),
        system: z.number(),
        min: z.number(),
        max: z.number(),
        times: z.array(z.number()).min(1),
        exit_codes: z.array(z.int().nullable()),
        parameters: z.record(z.string(), z.string()),
      })
      .refine(({ times, exit_codes }) => times.length === exit_codes.length)
      .refine(({ min, median, max, mean }) => min <= median && median <= max && min <= max && mean >= 0),
  ),
});

test('hyperfine, in seconds', () => {
  const { results } = JSON.parse(textOf(hyperfine, mixed));
  const { mean, stddev, ...rest } = results[0];
  assert.ok(Math.abs(mean - 101.6667e-9) < 1e-12);
  assert.ok(Math.abs(stddev - 22.5462e-9) < 1e-12);
  assert.deepEqual(rest, {
    command: 'memfd/pages=4',
    median: 1e-7,
    user: 0,
    system: 0,
    min: 8e-8,
    max: 1.25e-7,
    times: [8e-8, 1.25e-7, 1e-7],
    exit_codes: [null, null, null],
    parameters: {
      strategy: 'memfd',
      workload: 'ret',
      pages: '4',
      threads: '1',
      layout: 'guarded',
      engine: 'native',
    },
  });
  assert.equal(results.length, 2);
});

test('hyperfine has no deviation of one time, and no results without times', () => {
  const alone = measured('memfd', [1, 2, 3], { forks: [forkOf([2])], pages: null });
  const [result] = JSON.parse(textOf(hyperfine, documentOf([alone]))).results;
  assert.equal(result.stddev, null);
  assert.equal('pages' in result.parameters, false);
  assert.deepEqual(JSON.parse(textOf(hyperfine, article)), { results: [] });
});

test('whatever the names are, the file is of the schema and distinguishes the cases', () => {
  fc.assert(
    fc.property(hostileDocument, (document) => {
      const { results } = hyperfineSchema.parse(JSON.parse(textOf(hyperfine, document)));
      const sampled = document.cases.filter(
        ({ status, forks }) => status === 'measured' && forks.some(({ samples }) => samples.length > 0),
      );
      assert.equal(results.length, sampled.length);
      assert.equal(new Set(results.map(({ command }) => command)).size, sampled.length);
    }),
  );
});
