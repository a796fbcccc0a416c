import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareDocuments } from '../../src/comparison/documents.ts';
import { comparableRuns, levelOf } from '../../src/comparison/level.ts';
import { mergedRuns } from '../../src/comparison/runs.ts';
import type { ResultDocument } from '../../src/results/document.ts';
import { createRandom } from '../../src/statistics/random.ts';
import { simulated } from './simulated.ts';

const times = { reuse: 3000, memfd: 400, rwx: 380 };

/** A run an hour after the other, each faster or slower as a whole by its factor. */
function runsOf(factors: readonly number[], { from = 0, forks = 12 } = {}): ResultDocument[] {
  return factors.map((factor, index) => ({
    ...simulated(Object.fromEntries(Object.entries(times).map(([name, time]) => [name, time * factor])), {
      seed: from + index + 1,
      forks,
    }),
    createdAt: new Date(Date.UTC(2026, 10, 1) + (from + index) * 3_600_000).toISOString(),
  }));
}

test('runs are merged to a document of which a fork is a run, its samples the medians of its forks', () => {
  const runs = runsOf([1, 1.1]);
  const merged = mergedRuns(runs.toReversed());
  const [reuse] = merged.cases;
  assert.equal(merged.options.runs, 2);
  assert.deepEqual(
    reuse?.forks.map(({ startedAt, samples }) => [startedAt, samples.length]),
    runs.map(({ createdAt }) => [createdAt, 12]),
  );
  assert.ok(reuse?.status === 'measured' && Math.abs(reuse.estimate.point / 3150 - 1) < 0.01);
});

test('events of merged runs are a count a run', () => {
  const counts = [2, 2.1, 1.9];
  const runs = runsOf([1, 1, 1]).map((run, index) => {
    const event = { name: 'tlb:tlb_flush', point: counts[index] ?? 0, low: 1.8, high: 2.2, confidence: 0.95 };
    const events = [{ ...event, counts: [1.8, event.point, 2.2] }];
    return {
      ...run,
      cases: run.cases.map((each) => (each.status === 'measured' ? { ...each, events } : each)),
    };
  });
  const [reuse] = mergedRuns(runs).cases;
  assert.ok(reuse?.status === 'measured');
  assert.deepEqual(
    reuse.events?.map(({ name, point, counts }) => ({ name, point, counts })),
    [{ name: 'tlb:tlb_flush', point: 2, counts }],
  );
});

test('what moves a run as a whole is a change for forks, and none for runs', () => {
  const factors = [1, 1.06, 0.97, 1.03, 0.98, 1.05, 1, 0.96, 1.04, 0.99];
  const all = runsOf(factors);
  const byForks = compareDocuments(all.slice(0, 1), all.slice(1, 2));
  assert.equal(byForks.unit, 'fork');
  assert.ok(byForks.cases.every(({ verdict }) => verdict === 'regressed'));
  const { unit, runs, cases } = compareDocuments(all.slice(0, 5), all.slice(5));
  assert.deepEqual([unit, runs], ['run', { old: 5, now: 5 }]);
  for (const { verdict, spread, threshold } of cases) {
    assert.ok(verdict === 'unchanged' || verdict === 'inconclusive', verdict);
    assert.ok(spread !== undefined && spread.runs > 0.02 && (spread.forks ?? 1) < 0.01);
    assert.equal(threshold, 0.01);
  }
});

test('a change that is larger than runs differ is found, and relative to a reference that changed alike', () => {
  const old = runsOf([1, 1.02, 0.98, 1.01, 0.99]);
  const now = runsOf([1.3, 1.32, 1.28, 1.31, 1.29], { from: 5 });
  const { cases } = compareDocuments(old, now, { relativeTo: 'rwx' });
  const reuse = cases.find(({ id }) => id === 'reuse/pages=4');
  assert.equal(reuse?.verdict, 'regressed');
  assert.equal(reuse?.relative?.moved, 'both alike');
});

test('an inconclusive comparison says how many runs would decide, and what they take', () => {
  const old = runsOf([1, 1.2, 0.9, 1.1, 0.95]).map((each) => ({
    ...each,
    elapsed: { total: 30_000, measuring: 1 },
  }));
  const now = runsOf([1.05, 0.92, 1.15, 0.9, 1.1], { from: 5 }).map((each) => ({
    ...each,
    elapsed: { total: 30_000, measuring: 1 },
  }));
  const [reuse] = compareDocuments(old, now, { margin: 0.1 }).cases;
  assert.equal(reuse?.verdict, 'inconclusive');
  const { unit, count = 0, effect, seconds } = reuse?.needed ?? {};
  assert.deepEqual([unit, effect, seconds], ['run', 0.1, 2 * 30 * count]);
  assert.ok(count > 5 && count < 1000);
});

test('one run is held against the level of a history since its last change', () => {
  const random = createRandom(4);
  const before = Array.from({ length: 12 }, () => 1 + 0.01 * random.normal());
  const since = Array.from({ length: 12 }, () => 1.2 + 0.01 * random.normal());
  const level = levelOf(runsOf([...before, ...since]));
  assert.deepEqual(
    level.cases.map(({ forks }) => forks.length),
    [12, 12, 12],
  );
  const verdicts = (factor: number) =>
    compareDocuments([level], runsOf([factor], { from: 24 })).cases.map(({ verdict }) => verdict);
  assert.deepEqual(verdicts(1.2), ['unchanged', 'unchanged', 'unchanged']);
  assert.deepEqual(verdicts(1.35), ['regressed', 'regressed', 'regressed']);
  assert.deepEqual(verdicts(1), ['improved', 'improved', 'improved']);
});

test('a level is of runs of one fingerprint that have the case', () => {
  const [first, second, third] = runsOf([1, 1, 1]) as [ResultDocument, ResultDocument, ResultDocument];
  const fingerprint = { parameters: [], mitigations: {}, coreKinds: {}, limits: {} };
  const withBuild = (document: ResultDocument, kernelVersion: string) => ({
    ...document,
    host: { ...document.host, fingerprint: { ...fingerprint, kernelVersion } },
  });
  const history = [withBuild(first, '#41'), withBuild(second, '#42'), third];
  const like = withBuild(third, '#42');
  const found = comparableRuns(history, like, ['reuse/pages=4']);
  // What does not say its build is not known to differ.
  assert.deepEqual(found, [history[1], third]);
  assert.deepEqual(comparableRuns(history, like, ['naive/pages=4']), []);
});
