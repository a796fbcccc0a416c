import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ForkReport } from '../../src/runner/message.ts';
import type { RunOptions } from '../../src/runner/plan.ts';
import { type CaseState, casesOfRound, isPrecise, timeOfNextFork } from '../../src/runner/session.ts';

const options: RunOptions = {
  strategies: [],
  pages: [4],
  engine: 'native',
  layout: 'guarded',
  workload: 'ret',
  forks: 2,
  timePerFork: 50,
  seed: 1,
  cpu: 0,
};

/** Forks whose samples take 5 ms each. */
function state(samples: readonly (readonly number[])[], ended?: CaseState['ended']): CaseState {
  const fork = (own: readonly number[]): ForkReport => ({
    pid: 1,
    cpu: 0,
    iterationsPerSample: 50_000,
    measuredTime: 5e6 * own.length,
    samples: own,
    addresses: {},
    counts: { perIteration: {}, mappings: { before: 9, after: 9 }, missing: {}, samples: 0, gaps: {} },
  });
  const about = { strategy: 's', wx: 'rwx', workload: 'ret', pages: 4, pageSize: 4096, threads: 1 } as const;
  return {
    case: { id: 's', ...about, layout: 'guarded', engine: 'native' },
    forks: samples.map(fork),
    wallTimes: samples.map((own) => 120 + 5 * own.length),
    ...(ended && { ended }),
  };
}

const narrow = state([
  [100, 101, 99],
  [100, 100, 101],
  [99, 100, 101],
]);
const wide = state([
  [50, 51, 49],
  [100, 100, 101],
  [149, 150, 151],
]);

test('planned rounds measure every case that goes on', () => {
  const broken = state([], { status: 'failed', reason: 'x' });
  assert.deepEqual(casesOfRound([narrow, wide, broken], 2, options, 0), [narrow, wide]);
  assert.deepEqual(casesOfRound([narrow, wide], 3, options, 0), []);
});

test('further rounds measure what is not precise, while there is time', () => {
  const precise = { ...options, precision: 0.02, maxTimeMs: 1000 };
  assert.deepEqual(casesOfRound([narrow, wide], 3, precise, 999), [wide]);
  assert.deepEqual(casesOfRound([narrow, wide], 3, precise, 1000), []);
  assert.deepEqual(casesOfRound([narrow], 3, precise, 0), []);
  assert.equal(isPrecise(state([[100, 100]]), 0.5, 1), false, 'one fork tells nothing of others');
});

test('where forks differ they are made short, where samples differ long', () => {
  assert.equal(timeOfNextFork(wide, options), 20);
  const noisy = state([
    [50, 150, 100],
    [151, 99, 49],
    [100, 52, 148],
  ]);
  assert.equal(timeOfNextFork(noisy, options), 1000);
  assert.equal(timeOfNextFork(noisy, { ...options, forkTimeoutMs: 1000 }), 500, 'no fork may seem to hang');
  assert.equal(timeOfNextFork(state([[1, 2]]), options), 50, 'the option, while nothing is known');
});
