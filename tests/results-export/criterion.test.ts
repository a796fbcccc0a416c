import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import type { ResultDocument } from '../../src/results/document.ts';
import { criterion } from '../../src/results/export/criterion.ts';
import { documentOf, measured } from '../results/sample-document.ts';
import { criterionEstimate } from './criterion-schema.ts';
import { article, mixed } from './documents.ts';
import { hostileDocument } from './hostile.ts';

/** critcmp: src/data.rs, CBenchmark and CEstimates. */
const benchmarkSchema = z.object({
  group_id: z.string(),
  function_id: z.string().nullable(),
  value_str: z.string().nullable(),
  throughput: z.null(),
  full_id: z.string(),
  directory_name: z.string(),
});
const estimatesSchema = z.strictObject({
  mean: criterionEstimate,
  median: criterionEstimate,
  median_abs_dev: criterionEstimate,
  slope: z.null(),
  std_dev: criterionEstimate,
});
const sampleSchema = z
  .strictObject({
    sampling_mode: z.literal('Flat'),
    iters: z.array(z.number()),
    times: z.array(z.number()),
  })
  .refine(({ iters, times }) => iters.length === times.length);
const schemas: Record<string, z.ZodType> = {
  'benchmark.json': benchmarkSchema,
  'estimates.json': estimatesSchema,
  'sample.json': sampleSchema,
  'tukey.json': z.tuple([z.number(), z.number(), z.number(), z.number()]),
};

function filesOf(document: ResultDocument): Map<string, string> {
  return new Map(criterion.export(document).map(({ path, text }) => [path, text]));
}

test("a case has criterion's four files under new and base", () => {
  const names = ['benchmark', 'estimates', 'sample', 'tukey'];
  const expected = ['memfd', 'reuse_lock'].flatMap((strategy) =>
    ['base', 'new'].flatMap((baseline) =>
      names.map((name) => `mapbench/${strategy}/4/${baseline}/${name}.json`),
    ),
  );
  const files = filesOf(mixed);
  assert.deepEqual([...files.keys()], expected);
  for (const [path, text] of files) assert.equal(text, files.get(path.replace('/base/', '/new/')));
});

test('what the files hold', () => {
  const files = filesOf(mixed);
  const read = (name: string) => JSON.parse(files.get(`mapbench/memfd/4/new/${name}.json`) ?? '');
  assert.deepEqual(read('benchmark'), {
    group_id: 'mapbench',
    function_id: 'memfd',
    value_str: '4',
    throughput: null,
    full_id: 'mapbench/memfd/4',
    directory_name: 'mapbench/memfd/4',
    title: 'mapbench/memfd/4',
  });
  assert.deepEqual(read('sample'), {
    sampling_mode: 'Flat',
    iters: [1000, 1000, 1000],
    times: [80_000, 125_000, 100_000],
  });
  assert.deepEqual(read('tukey'), [22.5, 56.25, 146.25, 180]);
  const estimates = read('estimates');
  assert.deepEqual(estimates.median.confidence_interval, {
    confidence_level: 0.95,
    lower_bound: 80,
    upper_bound: 125,
  });
  const { mean, median: middle, median_abs_dev, std_dev } = estimates;
  const points = [mean, middle, median_abs_dev, std_dev].map((each) => each.point_estimate.toFixed(3));
  assert.deepEqual(points, ['101.667', '100.000', '29.652', '22.546']);
});

test('more settings than pages are all of the value', () => {
  const id = 'memfd/pages=4/layout=merged';
  const cases = [
    measured('memfd', [1, 2, 3], { id }),
    measured('memfd', [1, 2, 3], { id, layout: 'other' }),
    measured('rwx', [1, 2, 3], { id: 'rwx' }),
  ];
  const files = filesOf(documentOf(cases));
  const folders = [...files.keys()].filter((path) => path.endsWith('/new/sample.json'));
  assert.deepEqual(folders, [
    'mapbench/memfd/pages=4_layout=merged/new/sample.json',
    'mapbench/memfd/pages=4_layout=merged_2/new/sample.json',
    'mapbench/rwx/new/sample.json',
  ]);
  const benchmark = JSON.parse(files.get('mapbench/rwx/new/benchmark.json') ?? '');
  assert.equal(benchmark.value_str, null);
  assert.equal(benchmark.full_id, 'mapbench/rwx');
});

test('estimates alone are no benchmark of criterion', () => {
  assert.deepEqual(criterion.export(article), []);
});

test('the same document gives the same estimates, and its seed decides', () => {
  const seeded = (seed: number) => ({ ...mixed, options: { ...mixed.options, seed } });
  assert.deepEqual(filesOf(seeded(7)), filesOf(seeded(7)));
  assert.notDeepEqual(filesOf(seeded(7)), filesOf(seeded(8)));
});

test('whatever the names are, critcmp can read the files, and none lies outside the folder', () => {
  fc.assert(
    fc.property(hostileDocument, (document) => {
      const files = criterion.export(document);
      assert.equal(new Set(files.map(({ path }) => path)).size, files.length);
      for (const { path, text } of files) {
        assert.equal(posix.join('/folder', path), `/folder/${path}`);
        assert.match(path, /^mapbench\/[^/\p{Cc}]+\/(?:[^/\p{Cc}]+\/)?(?:new|base)\/[a-z]+\.json$/u);
        schemas[posix.basename(path)]?.parse(JSON.parse(text));
      }
    }),
    { numRuns: 30 },
  );
});
