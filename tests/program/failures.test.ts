import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { constantOf } from '../../src/program/call-arguments.ts';
import { describeCall } from '../../src/program/describe.ts';
import { engineNames } from '../../src/program/engine.ts';
import type { CallStep, SetupCallName } from '../../src/program/step.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { hostArchitecture } from '../../src/system/architecture.ts';
import { systemCallNumber } from '../../src/system/syscalls.ts';
import { withHugePages } from '../support/mapbench.ts';
import type { BatchJob, BatchOutcome } from '../support/one-batch.ts';
import type { Refusal } from '../support/seccomp.ts';

const oneBatch = join(import.meta.dirname, '../support/one-batch.ts');
const architecture = hostArchitecture() ?? 'x64';
const ENOMEM = 12;

// A size that nothing else in the process maps.
const pages = 37;

/** Libc functions that are not one system call of the same name. */
const behind: Partial<Record<SetupCallName, Refusal>> = {
  // openat with O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
  shm_open: { number: architecture === 'x64' ? 257 : 56, args: { 2: 0o2400302 }, errno: ENOMEM },
  shm_unlink: { number: architecture === 'x64' ? 87 : 35, args: {}, errno: ENOMEM },
};

/** A refusal that fits this step's call and no other of the process. */
function refusalOf(step: CallStep): Refusal {
  const special = behind[step.call];
  if (special !== undefined) return special;
  const args: Record<number, number> = {};
  step.args.forEach((argument, index) => {
    const constant = constantOf(argument);
    // libc and the kernel see an fd of -1 as 32 bits.
    if (constant !== undefined && argument.type !== 'noFd') args[index] = constant;
  });
  return { number: systemCallNumber(architecture, step.call as 'mmap'), args, errno: ENOMEM };
}

function runBatch(job: BatchJob): BatchOutcome {
  const parameters = ['--import', 'tsx', oneBatch, JSON.stringify(job)];
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, parameters, { encoding: 'utf8' });
  assert.equal(status, 0, `${signal ?? ''} ${stderr}`);
  return JSON.parse(stdout);
}

/** Removes what is left of POSIX shared memory and says how many objects that were. */
function removeSharedObjects(): number {
  const left = readdirSync('/dev/shm').filter((name) => name.startsWith('mapbench'));
  for (const name of left) rmSync(join('/dev/shm', name));
  return left.length;
}

for (const strategy of catalogue) {
  const program = programOf(strategy, { pages, pageSize: 4096 });
  for (const from of ['setup', 'iteration'] as const) {
    for (const step of program[from]) {
      if (step.kind !== 'call') continue;
      // Setup goes the same way in both engines.
      for (const engine of from === 'setup' ? (['native'] as const) : engineNames) {
        test(`${strategy.name} (${engine}) reports ${describeCall(step)} refused`, (t) => {
          const restore = strategy.name === 'hugetlb' ? withHugePages() : () => {};
          if (restore === undefined) return t.skip('the huge page pool cannot be filled by this user');
          try {
            const refusal = { ...refusalOf(step), from };
            const job: BatchJob = {
              strategy: strategy.name,
              engine,
              pages,
              iterations: 3,
              workload: 'ret',
              refusal,
            };
            assert.deepEqual(runBatch(job), { failedStep: step.number, errno: ENOMEM });
            // Where the kernel refuses to unlink, the parent of a fork does it (tests/cli/failures.test.ts).
            assert.equal(removeSharedObjects(), step.call === 'shm_unlink' ? 1 : 0);
          } finally {
            restore();
          }
        });
      }
    }
  }
}
