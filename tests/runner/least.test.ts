import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leastOf } from '../../src/runner/least.ts';
import type { Outcome } from '../../src/runner/message.ts';

const measured = (...samples: number[]): Outcome => ({
  kind: 'measured',
  forks: [
    {
      pid: 1,
      cpu: 0,
      iterationsPerSample: 27,
      samples,
      measuredTime: 100,
      addresses: {},
      counts: { perIteration: {}, mappings: { before: 20, after: 20 }, missing: {}, gaps: {}, samples: 1 },
    },
  ],
});

test('processes that counted are one fork with the least of all their samples', () => {
  const outcome = leastOf([measured(7850, 7851), measured(7332.2, 7340), measured(7333)]);
  assert.ok(outcome.kind === 'measured');
  assert.deepEqual(outcome.forks[0]?.samples, [7332.2]);
  assert.equal(outcome.forks[0]?.measuredTime, 300);
});

test('a process that was not measured is what came of all', () => {
  const failed: Outcome = { kind: 'failed', reason: 'killed by SIGKILL' };
  assert.deepEqual(leastOf([measured(7332), failed]), failed);
  assert.deepEqual(leastOf([failed]), failed);
});
