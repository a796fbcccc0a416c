import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runPaired } from '../../src/runner/paired.ts';
import { allowedCpus } from '../../src/system/cpus.ts';
import { caseOf } from '../support/cases.ts';

const options = { cpu: allowedCpus().at(-1) ?? 0, timePerFork: 20, duration: 0, minForks: 4, seed: 5 };
const never = new AbortController().signal;

test('both sides are measured in the same process, sample beside sample', async () => {
  const { forks, logRatios, ended } = await runPaired(
    { a: caseOf('rwx'), b: caseOf('naive') },
    options,
    never,
  );
  assert.equal(ended, undefined);
  assert.equal(logRatios.length, 4);
  for (const [index, a] of forks.a.entries()) {
    const b = forks.b[index];
    assert.equal(a.pid, b?.pid);
    assert.equal(a.samples.length, b?.samples.length);
    assert.equal(a.counts.perIteration.minorFaults, 0);
    assert.equal(b?.counts.perIteration.minorFaults, 1);
  }
  assert.ok(
    logRatios.every((ratio) => ratio > 1),
    'a fresh mapping costs several times what a store costs',
  );
});

test('measuring ends as soon as it is enough, but not before the least number of forks', async () => {
  let asked = 0;
  const isEnough = () => ++asked === 2;
  const both = { a: caseOf('rwx'), b: caseOf('rwx') };
  const { logRatios } = await runPaired(both, { ...options, minForks: 2, duration: 60_000 }, never, {
    isEnough,
  });
  assert.equal(logRatios.length, 3);
});

test('the side that cannot be run is named', async () => {
  const broken = { ...caseOf('rwx'), strategy: 'none' };
  const { ended, logRatios } = await runPaired({ a: caseOf('rwx'), b: broken }, options, never);
  assert.deepEqual([ended?.side, ended?.status, logRatios], ['b', 'failed', []]);
});

test('an aborted comparison keeps what was measured', async () => {
  const controller = new AbortController();
  const both = { a: caseOf('rwx'), b: caseOf('rwx') };
  const { logRatios, ended } = await runPaired(both, { ...options, duration: 60_000 }, controller.signal, {
    onFork: ({ logRatios: soFar }) => {
      if (soFar.length === 2) controller.abort();
    },
  });
  assert.deepEqual([logRatios.length, ended], [2, undefined]);
});
