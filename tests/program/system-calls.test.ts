import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeCall } from '../../src/program/describe.ts';
import type { CallStep, IterationCallName } from '../../src/program/step.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf, type Strategy } from '../../src/strategies/strategy.ts';
import { withHugePages } from '../support/mapbench.ts';
import type { BatchJob } from '../support/one-batch.ts';

const oneBatch = join(import.meta.dirname, '../support/one-batch.ts');
const iterations = 3;
const pages = 5;

/** The system calls of one batch as strace prints them, between the loop's two readings of the clock. */
function straceBatch(strategy: Strategy): { calls: string[]; addresses: Record<string, number> } {
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-strace-'));
  try {
    const trace = join(folder, 'trace');
    const job: BatchJob = { strategy: strategy.name, engine: 'native', pages, iterations, workload: 'ret' };
    const { status, stdout, stderr, error } = spawnSync(
      'strace',
      // All calls: one that describe does not list must not stay unseen. Only the main thread runs the loop.
      ['-o', trace, process.execPath, '--import', 'tsx', oneBatch, JSON.stringify(job)],
      { encoding: 'utf8' },
    );
    assert.equal(error, undefined, 'strace cannot be run: install the Debian package strace');
    assert.equal(status, 0, stderr);
    const lines = readFileSync(trace, 'utf8').split('\n');
    const clocks = lines.flatMap((line, index) =>
      line.startsWith('clock_gettime(CLOCK_MONOTONIC') ? [index] : [],
    );
    // Two readings for the first iteration, two for the batch.
    const [from, to] = clocks.slice(-2);
    assert.ok(
      from !== undefined && to !== undefined && clocks.length === 4,
      `${clocks.length} clock readings`,
    );
    return { calls: lines.slice(from + 1, to), addresses: JSON.parse(stdout).addresses };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const strategy of catalogue) {
  test(`${strategy.name} makes exactly the system calls that describe lists`, (t) => {
    const restore = strategy.name === 'hugetlb' ? withHugePages() : () => {};
    if (restore === undefined) return t.skip('the huge page pool cannot be filled by this user');
    try {
      const { calls, addresses } = straceBatch(strategy);
      const { iteration } = programOf(strategy, { pages, pageSize: 4096 });
      const inIteration = (remaining: number) =>
        iteration.filter(
          (step): step is CallStep<IterationCallName> =>
            step.kind === 'call' && (step.every === undefined || remaining % step.every === 1),
        );
      const listed = Array.from({ length: iterations }, (_, index) => inIteration(iterations - index)).flat();
      const inStrace = listed.map((step) => {
        const named = describeCall(step).replaceAll(' | ', '|').replace('MAP_HUGE_2MB', '21<<MAP_HUGE_SHIFT');
        return named
          .replace(/\bcode\b/, `0x${addresses.code?.toString(16)}`)
          .replaceAll(/\b(view|place|random)\b/g, 'ADDRESS')
          .replace(/\bfd\b/, 'FD');
      });
      const made = calls.map((line, index) => {
        const call = line.replace(/\s+= (0|0x[0-9a-f]+)$/, '');
        // Where a view moves to is not known beforehand.
        return listed[index]?.every === undefined
          ? call
          : call.replaceAll(/0x[0-9a-f]{5,}/g, 'ADDRESS').replace(/, \d+, 0\)$/, ', FD, 0)');
      });
      assert.deepEqual(made, inStrace);
    } finally {
      restore();
    }
  });
}
