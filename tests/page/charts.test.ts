import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRate } from '../../src/format/numbers.ts';
import { linearTicks } from '../../src/format/ticks.ts';
import { binaryTicks, logDomain, logTicks } from '../../src/report/page/kit/axis.ts';
import { placeLabels } from '../../src/report/page/kit/draw.ts';
import { binned } from '../../src/report/page/topics/drift.ts';
import { timesChart } from '../../src/report/page/topics/times.ts';
import { measured } from '../results/sample-document.ts';

test('ticks of a logarithmic axis are round and no more than there is room for', () => {
  assert.deepEqual(logTicks([90, 11_000], 9), [100, 200, 500, 1000, 2000, 5000, 10_000]);
  assert.deepEqual(logTicks([90, 11_000], 5), [100, 300, 1000, 3000, 10_000]);
  assert.deepEqual(logTicks([90, 11_000], 3), [100, 1000, 10_000]);
  assert.deepEqual(logTicks([0.5, 2e9], 3), [1, 1e4, 1e8]);
  assert.deepEqual(logTicks([0.95, 1.12], 4), [0.95, 1, 1.05, 1.1]);
});

test('ticks of other axes', () => {
  assert.deepEqual(linearTicks(-0.22, 0.31, 4), [-0.2, 0, 0.2]);
  assert.deepEqual(binaryTicks([0.9, 1100], 12), [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]);
  assert.deepEqual(binaryTicks([0.9, 1100], 4), [1, 8, 64, 512]);
});

test('the range of a logarithmic axis passes over what has no logarithm', () => {
  assert.equal(logDomain([0, -1, Number.NaN]), undefined);
  const [low, high] = logDomain([0, 10, 1000]) ?? [0, 0];
  assert.ok(low > 5 && low < 10 && high > 1000 && high < 2000);
  const [below, above] = logDomain([10]) ?? [0, 0];
  assert.ok(below < 10 && above > 10);
});

test('a time is drawn with its interval, from bound to bound', () => {
  const shown = [
    { key: 'a', name: 'a', result: measured('rwx', [100, 200, 400]) },
    { key: 'b', name: 'b', result: measured('memfd', [300, 350, 360]) },
  ];
  const intervals = [...timesChart(shown, { width: 800, isWide: true }).markup.matchAll(/<line [^>]*>/g)]
    .map(([line]) => ['x1', 'x2'].map((name) => Number(new RegExp(`\\b${name}="([\\d.]+)"`).exec(line)?.[1])))
    .slice(-2);
  const [[left = 0, right = 0] = [], [, end = 0] = []] = intervals;
  // On a logarithmic axis: twice as much is as far everywhere.
  const octave = (right - left) / Math.log2(400 / 100);
  assert.ok(
    octave > 20 && Math.abs(right - end - octave * Math.log2(400 / 360)) < 0.1,
    JSON.stringify(intervals),
  );
});

test('bins keep the order, the extremes and every value', () => {
  assert.deepEqual(
    binned([1, 2, 3], 5),
    [1, 2, 3].map((value) => ({ low: value, middle: value, high: value })),
  );
  assert.deepEqual(binned([5, 1, 3, 9, 7], 2), [
    { low: 1, middle: 3, high: 5 },
    { low: 3, middle: 7, high: 9 },
  ]);
  assert.deepEqual(binned([], 4), []);
});

test('names stand where they hide nothing, or nowhere', () => {
  const frame = { left: 0, right: 400, top: 0, bottom: 200 };
  const alone = placeLabels([{ x: 50, y: 50, name: 'memfd' }], frame);
  assert.equal(alone[0]?.anchor, 'start');
  const atTheEdge = placeLabels([{ x: 390, y: 50, name: 'memfd' }], frame);
  assert.equal(atTheEdge[0]?.anchor, 'end');
  const heap = placeLabels(
    Array.from({ length: 12 }, () => ({ x: 200, y: 100, name: 'strategy' })),
    frame,
  );
  assert.equal(heap.filter((place) => place !== undefined).length, 4, 'one on each side');
  const pair = placeLabels(
    [200, 215].map((x) => ({ x, y: 100, name: 'strategy' })),
    frame,
  );
  assert.deepEqual(
    pair.map((place) => place?.anchor),
    ['end', 'start'],
  );
});

test('rates', () => {
  assert.equal(formatRate(12_345_678), '12.35 million/s');
  assert.equal(formatRate(5000), '5 thousand/s');
  assert.equal(formatRate(12.5), '12.5/s');
});
