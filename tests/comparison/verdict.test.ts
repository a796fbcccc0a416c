import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOpenTo, neededFor, verdictOf } from '../../src/comparison/verdict.ts';
import { minimumDetectable } from '../../src/statistics/change.ts';

const change = (low: number, high: number) => ({
  ...{ point: (low + high) / 2, low, high, confidence: 0.95 },
  ...{ p: 0.5, pBeyondThreshold: 0.5 },
});

test('a change is one, or is excluded up to a margin, or neither is shown', () => {
  assert.equal(verdictOf(change(0.02, 0.08), true, 0.05), 'regressed');
  assert.equal(verdictOf(change(-0.08, -0.02), true, 0.05), 'improved');
  assert.equal(verdictOf(change(-0.01, 0.04), false, 0.05), 'unchanged');
  assert.equal(verdictOf(change(-0.06, 0.04), false, 0.05), 'inconclusive');
});

test('open to a slowdown is what is inconclusive and reaches it, not what may be faster', () => {
  assert.equal(isOpenTo({ verdict: 'inconclusive', change: change(-0.02, 0.12) }, 0.1), true);
  assert.equal(isOpenTo({ verdict: 'inconclusive', change: change(-0.12, 0.02) }, 0.1), false);
  assert.equal(isOpenTo({ verdict: 'regressed', change: change(0.02, 0.12) }, 0.1), false);
});

test('so many runs are needed as make the minimum detectable effect as small as asked for', () => {
  const difference = { difference: 0, standardError: 0.02 * Math.sqrt(2 / 5), degrees: 8 };
  const made = {
    ...({ unit: 'run', difference, counts: { old: 5, now: 5 }, threshold: 0.01, alpha: 0.01 } as const),
    secondsPerRun: 30,
  };
  const needed = neededFor(0.05, made);
  const effectOf = (count: number) =>
    minimumDetectable(
      { difference: 0, standardError: 0.02 * Math.sqrt(2 / count), degrees: 2 * count - 2 },
      0.01,
      { alpha: 0.01 },
    );
  const count = needed?.count ?? 0;
  assert.ok(count > 5 && effectOf(count) <= 0.05 && effectOf(count - 1) > 0.05);
  assert.equal(needed?.seconds, 2 * 30 * count);
  // What the threshold takes is not to be had.
  assert.equal(neededFor(0.01, made), undefined);
  // Forks are the fraction of a run that they are.
  const byForks = neededFor(0.05, { ...made, unit: 'fork', counts: { old: 20, now: 40 } });
  assert.equal(byForks?.seconds, (2 * 30 * (byForks?.count ?? 0)) / 20);
});
