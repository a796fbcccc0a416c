import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settledLoads } from '../../src/strategies/views.ts';

const misses = (blocks: readonly number[], views: number) =>
  settledLoads(blocks, views)
    .loads.map(({ isMiss }) => (isMiss ? 'x' : '.'))
    .join('');

test('a cache as large as the blocks never misses once it has settled', () => {
  assert.equal(misses([0, 1, 2], 3), '...');
  assert.equal(misses([0], 1), '.');
});

test('going round one block more than there are views always misses', () => {
  const period = misses([0, 1, 2, 3], 3);
  assert.match(period, /^x+$/);
});

test('the least recently used view gives way, and every period begins as the last one ended', () => {
  const { start, loads } = settledLoads([0, 1, 2, 0, 1, 2, 0, 3], 3);
  const shown = [...start];
  let inPeriod = 0;
  for (const { block, view, isMiss } of loads) {
    assert.equal(shown[view] !== block, isMiss);
    shown[view] = block;
    inPeriod += isMiss ? 1 : 0;
  }
  assert.deepEqual(shown, start);
  assert.equal(inPeriod / loads.length, 3 / 8);
});
