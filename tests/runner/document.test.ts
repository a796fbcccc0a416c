import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentOf } from '../../src/runner/document.ts';
import type { Counts, ForkReport } from '../../src/runner/message.ts';
import { hostFacts } from '../../src/system/host.ts';

const about = { version: '0', createdAt: new Date(0), host: hostFacts(), interrupted: false };
const what = { workload: 'ret', layout: 'guarded', engine: 'native' } as const;
const size = { pages: 4, pageSize: 4096, threads: 1 };
const measured = { ...what, ...size, id: 's', strategy: 's', wx: 'rwx' } as const;
const options = { ...what, strategies: ['s'], pages: [4], forks: 3, timePerFork: 25, seed: 1, cpu: 0 };

function fork(counts: Partial<Counts>): ForkReport {
  const none = { perIteration: {}, mappings: { before: 9, after: 9 }, missing: {}, samples: 5, gaps: {} };
  const about = { pid: 1, cpu: 0, iterationsPerSample: 10, measuredTime: 1, addresses: {} };
  return { ...about, samples: [1, 2], counts: { ...none, ...counts } };
}

test('a counter’s mean is over the forks that have it, and the samples without one are said', () => {
  const forks = [
    fork({ perIteration: { 'cycles-user': 10 }, gaps: { 'cycles-user': 2 } }),
    fork({ gaps: { 'cycles-user': 5 } }),
    fork({ perIteration: { 'cycles-user': 20 } }),
  ];
  const [only] = documentOf([{ case: measured, forks, wallTimes: [1, 1, 1] }], options, about).cases;
  assert.ok(only?.status === 'measured');
  assert.deepEqual(only.counters?.perIteration, { 'cycles-user': 15 });
  assert.deepEqual(only.counters?.missing, { 'cycles-user': 'no counter in 7 of 15 samples' });
});
