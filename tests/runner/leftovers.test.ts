import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { Forks } from '../../src/runner/forks.ts';
import { planCases } from '../../src/runner/plan.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { allowedCpus } from '../../src/system/cpus.ts';
import { pageSize } from '../../src/system/memory.ts';
import { openTarget } from '../../src/target/named.ts';

const { signal } = new AbortController();

test('a process of a target that is killed between shm_open and shm_unlink leaves no object', async () => {
  await using target = await openTarget('exec:env', 'time', signal);
  using forks = new Forks({ target });
  const strategy = findStrategy('shm_open');
  assert.ok(strategy);
  const options = { pages: [4], engine: 'native', layout: 'guarded', workload: 'ret' } as const;
  const [wanted] = planCases([{ strategy }], options, pageSize());
  assert.ok(wanted);
  const left: string[] = [];
  const outcome = await forks.run(
    { kind: 'measure', cases: [wanted], time: 5 },
    {
      cpu: allowedCpus().at(-1) ?? 0,
      signal,
      // As if it had been killed right after it had made the object.
      onBench: ({ target: { pid } }) => {
        const path = `/dev/shm/mapbench-${pid}`;
        left.push(path);
        writeAndKill(path, pid);
      },
    },
  );
  assert.equal(outcome.kind, 'failed');
  assert.equal(left.length, 1);
  assert.deepEqual(left.filter(existsSync), []);
});

function writeAndKill(path: string, pid: number): void {
  writeFileSync(path, '');
  process.kill(pid, 'SIGKILL');
}
