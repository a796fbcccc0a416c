import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  incompleteBeta,
  normalCumulative,
  studentCumulative,
  studentQuantile,
  studentTail,
} from '../../src/statistics/student.ts';

const near = (actual: number, expected: number, tolerance = 1e-9) =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${actual}, not ${expected}`,
  );

test('quantiles are those of the published tables', () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, three decimals.
  const table: [number, number, number][] = [
    [0.975, 1, 12.706],
    [0.975, 4, 2.776],
    [0.975, 8, 2.306],
    [0.975, 30, 2.042],
    [0.995, 5, 4.032],
    [0.95, 10, 1.812],
    [0.999, 9, 4.297],
  ];
  for (const [probability, degrees, expected] of table) {
    near(Number(studentQuantile(probability, degrees).toFixed(3)), expected, 1e-12);
  }
});

test('one and two degrees of freedom have closed forms', () => {
  for (const t of [-40, -1, -0.1, 0, 0.3, 2, 1000]) {
    near(studentCumulative(t, 1), 0.5 + Math.atan(t) / Math.PI);
    near(studentCumulative(t, 2), 0.5 + t / (2 * Math.sqrt(2 + t * t)));
  }
});

test('many degrees of freedom give the normal distribution', () => {
  near(studentQuantile(0.975, 1e6), 1.959966, 1e-5);
});

test('quantile and cumulative probability are each other’s inverse', () => {
  for (const degrees of [1, 2.5, 7, 40]) {
    for (const probability of [0.001, 0.2, 0.5, 0.9, 0.9999]) {
      near(studentCumulative(studentQuantile(probability, degrees), degrees), probability, 1e-9);
    }
  }
});

test('tails far out keep their precision', () => {
  near(studentTail(1e4, 1) * 1e4 * Math.PI, 1, 1e-6);
  assert.ok(studentTail(100, 20) > 0);
});

test('the incomplete beta function at known points', () => {
  near(incompleteBeta(0.3, 1, 1), 0.3);
  near(incompleteBeta(0.5, 2, 2), 0.5);
  near(incompleteBeta(0.25, 0.5, 0.5), 1 / 3, 1e-9);
  near(incompleteBeta(0.2, 3, 1), 0.008);
});

test('the normal distribution at known points', () => {
  near(normalCumulative(0), 0.5);
  near(normalCumulative(1.959963985), 0.975, 1e-6);
  near(normalCumulative(-3), 0.001349898, 1e-6);
});
