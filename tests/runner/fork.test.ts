import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runFork } from '../../src/runner/fork.ts';
import { allowedCpus } from '../../src/system/affinity.ts';
import { caseOf } from '../support/cases.ts';

const rwx = caseOf('rwx');
const never = new AbortController().signal;
const cpu = allowedCpus().at(-1) ?? 0;

test('a child that does not answer is killed and failed', async () => {
  const outcome = await runFork({ kind: 'measure', cases: [rwx], time: 60_000 }, cpu, never, 1500);
  assert.deepEqual(outcome, { kind: 'failed', reason: 'hung: no result within 1.5 s' });
});

test('a child that breaks is failed with its own words', async () => {
  const outcome = await runFork(
    { kind: 'measure', cases: [{ ...rwx, strategy: 'none' }], time: 20 },
    cpu,
    never,
  );
  assert.equal(outcome.kind, 'failed');
  assert.match(outcome.kind === 'failed' ? outcome.reason : '', /cannot run rwx\/pages=1 here/);
});

test('a child runs on its CPU, and the parent where it ran before', async () => {
  const before = allowedCpus();
  for (const wanted of before) {
    const outcome = await runFork({ kind: 'measure', cases: [rwx], time: 10 }, wanted, never);
    assert.equal(outcome.kind === 'measured' && outcome.forks[0]?.cpu, wanted);
  }
  assert.deepEqual(allowedCpus(), before);
});

test('an aborted fork ends at once', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 500);
  const outcome = await runFork({ kind: 'measure', cases: [rwx], time: 60_000 }, cpu, controller.signal);
  assert.equal(outcome.kind, 'failed');
});
