import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classify, likenessesOf } from '../../src/observe/classify.ts';
import type { Shape } from '../../src/observe/rows.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';

const likenesses = likenessesOf(catalogue, 4, 4096);

test('every strategy has a likeness, and is itself', () => {
  assert.deepEqual(
    likenesses.map(({ strategy }) => strategy),
    catalogue.map(({ name }) => name),
  );
  for (const { strategy, shape, writableFraction } of likenesses)
    assert.ok(classify(shape, writableFraction, likenesses).same.includes(strategy), strategy);
});

test('strategies of one likeness are those that differ in what no tracer sees', () => {
  const groups = likenesses.flatMap(({ strategy, shape, writableFraction }) => {
    const { same } = classify(shape, writableFraction, likenesses);
    return same.length > 1 && same[0] === strategy ? [same.join(' ')] : [];
  });
  assert.deepEqual(groups, [
    // Modules a flip, instructions that write lines back, rights of keys, the order of setup, where code is
    // from, hits in a cache.
    'reuse reuse_batch',
    'rwx rwx_clflush rwx_clwb',
    'memfd dual_commit',
    'pkey_rwx pkey_wx',
    'image_private image_publish',
    'memfd_view memfd_viewcache memfd_remap',
  ]);
});

test('a view that is nearly always there is one that is moved now and then', () => {
  const view = likenesses.find(({ strategy }) => strategy === 'memfd_view')?.shape;
  assert.ok(view !== undefined);
  assert.deepEqual(classify(view, 0.99, likenesses).same, ['memfd_remap']);
});

const reuse = { backing: 'private memory', traits: [], kind: 'repeated', state: 'r-x' } as const;

test('modules of a page: a call for each page is one call', () => {
  const shape: Shape = { ...reuse, steps: ['mprotect rw-', 'mprotect r-x'] };
  const ofOnePage = likenessesOf(catalogue, 1, 4096);
  assert.ok(classify(shape, 0.5, ofOnePage).same.includes('reuse_perpage'));
  assert.ok(!classify(shape, 0.5, likenesses).same.includes('reuse_perpage'));
});

test('what is in no catalogue has the nearest named, with the differences', () => {
  const shape: Shape = { ...reuse, steps: ['mprotect rw-', 'mprotect r-x', 'madvise MADV_FREE r-x'] };
  const { same, nearest } = classify(shape, 0.5, likenesses);
  assert.deepEqual(same, []);
  assert.equal(nearest?.strategy, 'reuse');
  assert.deepEqual(nearest?.differences, ['it makes madvise MADV_FREE r-x']);
});

test('another memory is no other steps', () => {
  const shape: Shape = { ...reuse, backing: 'unnamed file', steps: ['mprotect rw-', 'mprotect r-x'] };
  const { same, nearest } = classify(shape, 0.5, likenesses);
  assert.deepEqual(same, []);
  assert.match(nearest?.differences.join() ?? '', /its memory is unnamed file, not /);
});

test('what is far from everything is none', () => {
  const steps = [
    'mprotect --x',
    'madvise MADV_FREE --x',
    'mremap --x',
    'mprotect rwx',
    'madvise MADV_REMOVE rwx',
  ];
  assert.deepEqual(classify({ ...reuse, steps }, 0.5, likenesses), { same: [] });
});
