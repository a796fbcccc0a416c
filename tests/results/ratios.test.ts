import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differSignificantly, relativeEstimate } from '../../src/results/ratios.ts';
import { forkOf, measured } from './sample-document.ts';

/** A case whose forks have these medians. */
const caseOf = (strategy: string, medians: readonly number[]) =>
  measured(strategy, [1, 1, 1], { forks: medians.map((median, index) => forkOf([median], index)) });

test('a ratio is the mean of the rounds’ logarithms with the 95 % interval of Student’s t', () => {
  const { point, low, high } = relativeEstimate(caseOf('memfd', [2, 8, 4]), caseOf('rwx', [1, 1, 1]));
  assert.ok(Math.abs(point - 4) < 1e-9);
  // The logarithms are ln 2, ln 8 and ln 4: their standard deviation is ln 2; t(0.975; 2) = 4.302653 (any
  // table).
  const factor = Math.exp((4.302653 * Math.log(2)) / Math.sqrt(3));
  assert.ok(Math.abs((high ?? 0) / 4 / factor - 1) < 1e-6, `${high}`);
  assert.ok(Math.abs(((low ?? 0) / 4) * factor - 1) < 1e-6, `${low}`);
});

test('whether cases differ is asked of their rounds, not by their own intervals; of many it takes more', () => {
  // Rounds that differ by 20 %, and a case that is 2 to 4 % slower in each.
  const rounds = [100, 120, 104, 118, 109, 102];
  const slower = rounds.map((time, index) => time * (1.02 + 0.004 * (index % 6)));
  const [a, b] = [caseOf('memfd', rounds), caseOf('rwx', slower)];
  assert.equal(differSignificantly(a, b), true);
  assert.equal(differSignificantly(b, a), true);
  assert.equal(differSignificantly(a, b, 100_000), false);
  assert.equal(differSignificantly(a, caseOf('rwx', [120, 100, 109, 104, 118, 102])), false);
});

test('without rounds the estimates decide', () => {
  const point = (strategy: string, bounds: [number, number, number]) =>
    measured(strategy, bounds, { forks: [] });
  assert.equal(differSignificantly(point('a', [1, 2, 3]), point('b', [3, 4, 5])), false);
  assert.equal(differSignificantly(point('a', [1, 2, 3]), point('b', [3.1, 4, 5])), true);
});

test('of one round there is a ratio without an interval', () => {
  assert.deepEqual(
    relativeEstimate(measured('memfd', [2, 3, 4], { forks: [forkOf([3])] }), measured('rwx', [1, 2, 3])),
    { point: 1.5, low: null, high: null },
  );
});
