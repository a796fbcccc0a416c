import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatBytes,
  formatCost,
  formatCount,
  formatRatio,
  formatRatioInterval,
  formatRound,
  formatSignificant,
  formatTime,
  formatWith,
  timeUnit,
} from '../../src/format/numbers.ts';

test('times have four significant digits and the unit in which they read best', () => {
  const expected: [nanoseconds: number, text: string][] = [
    [0, '0.000 ns'],
    [0.41234, '0.4123 ns'],
    [9.9996, '10.00 ns'],
    [97.3149, '97.31 ns'],
    [100, '100.0 ns'],
    [999.94, '999.9 ns'],
    [999.96, '1.000 µs'],
    [1000, '1.000 µs'],
    [3412.4, '3.412 µs'],
    [46_000, '46.00 µs'],
    [999_960, '1.000 ms'],
    [12_345_678, '12.35 ms'],
    [12_345_678_901, '12346 ms'],
  ];
  for (const [nanoseconds, text] of expected) assert.equal(formatTime(nanoseconds), text);
});

test('the unit of a time can be given', () => {
  assert.equal(formatWith(950, 'µs'), '0.9500 µs');
  assert.equal(formatWith(12_000, 'ns'), '12000 ns');
  assert.equal(timeUnit(1e6), 'ms');
});

test('counts, ratios and sizes', () => {
  assert.equal(formatCount(0), '0.00');
  assert.equal(formatCount(4.0004), '4.00');
  assert.equal(formatRatio(1), '1.00x');
  assert.equal(formatRatio(36.44), '36.4x');
  assert.equal(formatRatio(364.4), '364x');
  assert.equal(formatRatio(12_345), '12345x');
  assert.equal(formatBytes(512), '512 bytes');
  assert.equal(formatBytes(4096), '4 KiB');
  assert.equal(formatBytes(1536), '1.5 KiB');
  assert.equal(formatBytes(2 * 2 ** 20), '2 MiB');
});

test('ratios and their bounds have the same decimals, and none but 1 reads as 1', () => {
  const text = (low: number, point: number, high: number) => formatRatioInterval({ low, point, high });
  assert.equal(text(22.54, 23.21, 23.94), '[22.5 23.2 23.9]x');
  assert.equal(text(0.9991, 1.0148, 1.0281), '[0.999 1.015 1.028]x');
  assert.equal(text(1.0032, 1.0148, 1.0281), '[1.003 1.015 1.028]x');
  assert.equal(text(1, 1.0148, 1.0281), '[1.00 1.01 1.03]x');
  assert.equal(text(0.98712, 12.34, 104.4), '[0.987 12.3 104]x');
  assert.equal(formatRatioInterval({ low: null, point: 1.0148, high: null }), '1.01x');
  assert.equal(formatRatioInterval({ low: null, point: Number.NaN, high: null }), '?');
});

test('significant digits of small and negative numbers', () => {
  assert.equal(formatSignificant(0.0123, 3), '0.012');
  assert.equal(formatSignificant(-36.44, 3), '-36.4');
});

test('instructions are whole from a thousand on, and never rounded to thousands', () => {
  const cost = (count: number) => formatCost(count, 'instructions/iter');
  assert.equal(cost(76.02), '76.02 instr');
  assert.equal(cost(7334.2), '7,334 instr');
  assert.equal(cost(340_008.35), '340,008 instr');
  assert.equal(formatRound(5000, 'instr'), '5000 instr');
});
