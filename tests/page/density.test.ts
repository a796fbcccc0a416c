import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bandwidthOf, densityOf } from '../../src/statistics/density.ts';
import { createRandom } from '../../src/statistics/random.ts';

/** R's data set `precip`: inches of rain in 70 cities. */
const precip = [
  67, 54.7, 7, 48.5, 14, 17.2, 20.7, 13, 43.4, 40.2, 38.9, 54.5, 59.8, 48.3, 22.9, 11.5, 34.4, 35.1, 38.7,
  30.8, 30.6, 43.1, 56.8, 40.8, 41.8, 42.5, 31, 31.7, 30.2, 25.9, 49.2, 37, 35.9, 15, 30.2, 7.2, 36.2, 45.5,
  7.8, 33.4, 36.1, 40.2, 42.7, 42.5, 16.2, 39, 35, 37, 31.4, 37.6, 39.9, 36.2, 42.8, 46.4, 24.7, 49.1, 46,
  35.9, 7.8, 48.2, 15.2, 32.5, 44.7, 42.6, 38.8, 17.4, 40.8, 29.1, 14.6, 59.2,
];

/** A sum over an even grid, as an integral. */
function enclosed(values: readonly number[], from: number, to: number, places = 2001): number {
  const density = densityOf(values, { from, to, places }) ?? [];
  return (density.reduce((sum, point) => sum + point.density, 0) * (to - from)) / (places - 1);
}

test('the bandwidth is that of R, whose help of density() gives 3.848 for precip', () => {
  assert.equal(bandwidthOf(precip).toFixed(3), '3.848');
});

test('where the quartiles are equal the standard deviation decides; where all is equal there is none', () => {
  const values = [5, 5, 5, 5, 5, 5, 5, 9];
  const deviation = Math.sqrt(2);
  assert.ok(Math.abs(bandwidthOf(values) - 0.9 * deviation * 8 ** -0.2) < 1e-12);
  assert.equal(bandwidthOf([3, 3, 3]), 0);
  assert.equal(densityOf([3, 3, 3], { from: 0, to: 6, places: 5 }), undefined);
  assert.equal(densityOf([0.1, 0.1, 0.1], { from: 0, to: 6, places: 5 }), undefined);
  assert.equal(densityOf([3], { from: 0, to: 6, places: 5 }), undefined);
});

test('two values give two Gaussian bells of half the height', () => {
  const bandwidth = bandwidthOf([-1, 1]);
  const bell = (z: number) => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  const expected = (x: number) => (bell((x + 1) / bandwidth) + bell((x - 1) / bandwidth)) / (2 * bandwidth);
  for (const { at, density } of densityOf([-1, 1], { from: -3, to: 3, places: 13 }) ?? [])
    assert.ok(Math.abs(density - expected(at)) < 1e-8, `at ${at}`);
});

test('it encloses 1, and the part of a range', () => {
  assert.ok(Math.abs(enclosed(precip, -30, 110) - 1) < 1e-6);
  const half = enclosed([-1, 1], -9, 0);
  assert.ok(Math.abs(half - 0.5) < 1e-3);
});

test('of many normal values it is close to the normal density', () => {
  const random = createRandom(4);
  const values = Array.from({ length: 20_000 }, () => random.normal());
  for (const { at, density } of densityOf(values, { from: -2, to: 2, places: 9 }) ?? []) {
    const exact = Math.exp(-0.5 * at * at) / Math.sqrt(2 * Math.PI);
    assert.ok(Math.abs(density - exact) < 0.02, `at ${at}: ${density} against ${exact}`);
  }
});
