import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { createLiveRows } from '../../src/cli/display.ts';
import { type LiveRow, renderLiveTable } from '../../src/report/terminal/live-table.ts';
import { documentOf, measured } from '../results/sample-document.ts';

const estimate = (point: number, low: number | null, high: number | null) => ({
  unit: 'ns/iter' as const,
  point,
  low,
  high,
  confidence: low === null ? null : 0.95,
});

const rows: LiveRow[] = [
  { id: 'naive/pages=4', estimate: estimate(4850.1, 4712.3, 5034.9), forks: 3, changed: 6 },
  { id: 'reuse/pages=4', forks: 0, changed: 0 },
  { id: 'hugetlb/pages=4', forks: 0, ended: 'unavailable', changed: 2 },
  { id: 'rwx/pages=4', estimate: estimate(98.13, null, null), forks: 1, changed: 5 },
];

const draw = (height: number, width = 80, color = false) => renderLiveTable(rows, { color, width, height });

test('estimates, medians, cases that ended and cases to come', () => {
  assert.equal(
    draw(20),
    `strategy                time/iteration      ±  forks
────────────────────────────────────────────────────
naive     [4.712 µs 4.850 µs 5.035 µs]  3.3 %      3
reuse
hugetlb                    unavailable
rwx                           98.13 ns             1`,
  );
});

test('what was measured last is shown where not all fit', () => {
  const lines = draw(5).split('\n');
  assert.equal(lines.length, 5);
  assert.deepEqual(
    lines.slice(2).map((line) => line.split(' ')[0]),
    ['naive', 'rwx', '…'],
  );
  assert.equal(lines.at(-1), '… and 2 more');
  assert.equal(draw(6).split('\n').length, 6);
  assert.ok(!draw(6).includes('more'));
});

test('where no row fits there is none', () => {
  assert.equal(draw(3), '');
  assert.equal(draw(-2), '');
});

test('times are shorter where they must, then lines are cut', () => {
  assert.match(draw(20, 50), /\[4\.712 4\.850 5\.035\] µs/);
  assert.match(draw(20, 40), /^naive +4\.850 µs/m);
  for (const color of [false, true])
    for (const width of [5, 20, 40, 60])
      for (const line of stripVTControlCharacters(draw(20, width, color)).split('\n'))
        assert.ok(line.length <= width, line);
});

const fork = (...samples: number[]) => ({
  ...{ pid: 1, cpu: 0, iterationsPerSample: 1, samples, addresses: {} },
  counts: { perIteration: {}, mappings: { before: 1, after: 1 }, missing: {} },
});

test('a fork gives a median, a round the estimate', () => {
  const live = createLiveRows(['memfd/pages=4', 'rwx/pages=4']);
  const [memfd] = documentOf([measured('memfd', [90, 100, 110])]).cases;
  assert.ok(memfd !== undefined);
  const state = {
    case: memfd as never,
    forks: [fork(1, 2, 3) as never, fork(5, 6, 7) as never],
    wallTimes: [],
  };
  live.forkEnded(state);
  assert.deepEqual(live.all(), [
    { id: 'memfd/pages=4', forks: 2, changed: 1, estimate: estimate(4, null, null) },
    { id: 'rwx/pages=4', forks: 0, changed: 0 },
  ]);
  live.roundEnded(documentOf([memfd]));
  live.forkEnded({ ...state, ended: { status: 'failed', reason: 'killed' } });
  assert.deepEqual(live.all()[0], {
    ...{ id: 'memfd/pages=4', forks: 2, changed: 2, ended: 'failed' },
    estimate: estimate(100, 90, 110),
  });
});
