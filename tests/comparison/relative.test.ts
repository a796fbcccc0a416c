import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relativeEstimate } from '../../src/comparison/relative.ts';
import { forkOf, measured } from '../results/sample-document.ts';

/** A case whose forks have these medians. */
const caseOf = (strategy: string, medians: readonly number[]) =>
  measured(strategy, [1, 1, 1], { forks: medians.map((median, index) => forkOf([median], index)) });

test('a ratio is the mean of the rounds’ logarithms with the 95 % interval of Student’s t', () => {
  const { point, low, high } = relativeEstimate(caseOf('memfd', [2, 8, 4]), caseOf('rwx', [1, 1, 1]));
  assert.ok(Math.abs(point - 4) < 1e-9);
  // The logarithms are ln 2, ln 8 and ln 4: their standard deviation is ln 2; t(0.975; 2) = 4.302653 (any table).
  const factor = Math.exp((4.302653 * Math.log(2)) / Math.sqrt(3));
  assert.ok(Math.abs((high ?? 0) / 4 / factor - 1) < 1e-6, `${high}`);
  assert.ok(Math.abs(((low ?? 0) / 4) * factor - 1) < 1e-6, `${low}`);
});

test('of one round there is a ratio without an interval', () => {
  assert.deepEqual(
    relativeEstimate(measured('memfd', [2, 3, 4], { forks: [forkOf([3])] }), measured('rwx', [1, 2, 3])),
    { point: 1.5, low: null, high: null },
  );
});
