import assert from 'node:assert/strict';
import { test } from 'node:test';
import { threadUsage } from '../../src/system/rusage.ts';
import { leastGrowth, sleep } from './fresh-pages.ts';

test('each fresh page that is touched is a minor fault', () => {
  assert.equal(
    leastGrowth(16, 100, () => threadUsage().minorFaults),
    16,
  );
});

test('work in user mode is user time, in nanoseconds', () => {
  const start = process.hrtime.bigint();
  const before = threadUsage();
  let after = before;
  let sum = 0;
  while (after.userTime + after.systemTime < before.userTime + before.systemTime + 50e6) {
    for (let index = 0; index < 1e6; index++) sum += Math.sqrt(index);
    after = threadUsage();
  }
  const elapsed = Number(process.hrtime.bigint() - start);
  assert.ok(sum > 0);
  assert.ok(after.userTime - before.userTime > after.systemTime - before.systemTime);
  // The thread cannot have run for longer than the clock did, give or take a tick.
  assert.ok(after.userTime + after.systemTime - before.userTime - before.systemTime < elapsed + 10e6);
});

test('sleeping is a voluntary switch and takes no CPU time', () => {
  const before = threadUsage();
  for (let index = 0; index < 5; index++) sleep(20);
  const after = threadUsage();
  assert.ok(after.voluntarySwitches - before.voluntarySwitches >= 5);
  assert.ok(after.involuntarySwitches >= before.involuntarySwitches);
  assert.ok(after.userTime + after.systemTime - before.userTime - before.systemTime < 50e6);
});

test('a reading stays as it was when the next is taken', () => {
  const first = threadUsage();
  const copy = { ...first };
  sleep(5);
  threadUsage();
  assert.deepEqual(first, copy);
});
