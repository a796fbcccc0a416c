import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareDocuments, isRegression } from '../../src/comparison/documents.ts';
import { documentOf, measured, notMeasured } from '../results/sample-document.ts';
import { simulated } from './simulated.ts';

const times = { naive: 9000, reuse: 3000, memfd: 400, rwx: 380 };
const old = simulated(times, { seed: 1 });

const verdicts = (now: typeof old, relativeTo?: string) =>
  Object.fromEntries(
    compareDocuments([old], [now], relativeTo === undefined ? {} : { relativeTo }).cases.map((each) => [
      each.now.strategy,
      { verdict: each.verdict, moved: each.relative?.moved, isRegression: isRegression(each) },
    ]),
  );

test('the same again is no change, and it says what it could have seen', () => {
  const { cases, left } = compareDocuments([old], [simulated(times, { seed: 2 })]);
  assert.deepEqual(left, []);
  for (const { verdict, minimumDetectable, threshold } of cases) {
    assert.ok(verdict === 'unchanged');
    assert.ok(minimumDetectable > threshold && minimumDetectable < 0.05);
  }
});

test('false positives of simulated A/A comparisons of four cases stay under 1 in 100', () => {
  let falsePositives = 0;
  for (let seed = 10; seed < 510; seed++) {
    const { cases } = compareDocuments(
      [simulated(times, { seed, forks: 6 })],
      [simulated(times, { seed: seed + 1000, forks: 6 })],
    );
    if (cases.some(({ verdict }) => verdict === 'regressed' || verdict === 'improved')) falsePositives++;
  }
  assert.ok(falsePositives <= 5, `${falsePositives} of 500`);
});

test('one case that is slower has regressed, and it moved, not its reference', () => {
  const now = simulated({ ...times, reuse: 3300 }, { seed: 3 });
  const { reuse, naive, rwx } = verdicts(now, 'rwx');
  assert.deepEqual(reuse, { verdict: 'regressed', moved: 'case', isRegression: true });
  assert.equal(naive?.moved, 'neither');
  assert.equal(rwx?.moved, undefined);
});

test('a machine that is slower moves case and reference alike, which is no regression', () => {
  const slower = Object.fromEntries(Object.entries(times).map(([name, time]) => [name, time * 1.2]));
  const now = simulated(slower, { seed: 4 });
  assert.deepEqual(verdicts(now, 'rwx').reuse, {
    verdict: 'regressed',
    moved: 'both alike',
    isRegression: false,
  });
  assert.deepEqual(verdicts(now).reuse, { verdict: 'regressed', moved: undefined, isRegression: true });
});

test('a reference that moved alone is named', () => {
  const now = simulated({ ...times, rwx: 440 }, { seed: 5 });
  const { reuse, rwx } = verdicts(now, 'rwx');
  assert.deepEqual([reuse?.verdict === 'regressed', reuse?.moved], [false, 'reference']);
  assert.equal(rwx?.isRegression, true);
});

test('both moved, but not alike', () => {
  const now = simulated({ ...times, reuse: 3900, rwx: 440 }, { seed: 6 });
  assert.deepEqual(verdicts(now, 'rwx').reuse, { verdict: 'regressed', moved: 'both', isRegression: true });
});

test('a change within the threshold is none', () => {
  const now = simulated({ ...times, reuse: 3060 }, { seed: 7, spread: 0.001 });
  const before = simulated(times, { seed: 8, spread: 0.001 });
  const [reuse] = compareDocuments([before], [now], { threshold: 0.05 }).cases.filter(
    ({ id }) => id === 'reuse/pages=4',
  );
  assert.equal(reuse?.verdict, 'unchanged');
});

test('what cannot be compared is named with its reason', () => {
  const before = documentOf([notMeasured('reuse', 'failed', 'x'), measured('rwx', [1, 2, 3], { forks: [] })]);
  const now = documentOf([
    measured('reuse', [1, 2, 3]),
    measured('naive', [1, 2, 3]),
    measured('rwx', [1, 2, 3]),
  ]);
  assert.deepEqual(compareDocuments([before], [now]).left, [
    { id: 'reuse/pages=4', reason: 'failed in the older document' },
    { id: 'naive/pages=4', reason: 'not in the older document' },
    { id: 'rwx/pages=4', reason: 'the older document has less than two forks of it' },
  ]);
  assert.deepEqual(compareDocuments([now], [documentOf([])]).left, [
    { id: 'reuse/pages=4', reason: 'not in the newer document' },
    { id: 'naive/pages=4', reason: 'not in the newer document' },
    { id: 'rwx/pages=4', reason: 'not in the newer document' },
  ]);
});
