import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { constantOf } from '../../src/program/call-arguments.ts';
import { describeStep } from '../../src/program/describe.ts';
import { engineNames } from '../../src/program/engine.ts';
import type { CallName, Step } from '../../src/program/step.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { hostArchitecture } from '../../src/system/architecture.ts';
import { systemCallNumber } from '../../src/system/syscalls.ts';
import { count } from '../robustness/counts.ts';
import { cannotRun } from '../support/host.ts';
import { withHugePages } from '../support/mapbench.ts';
import type { BatchJob, BatchOutcome } from '../support/one-batch.ts';
import type { Refusal } from '../support/seccomp.ts';

const oneBatch = join(import.meta.dirname, '../support/one-batch.ts');
const architecture = hostArchitecture() ?? 'x64';
const ENOMEM = 12;

// A size that nothing else in the process maps.
const pages = 37;

/** Libc functions that are not one system call of the same name. */
const behind: Partial<Record<CallName, Refusal>> = {
  // openat with O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
  shm_open: { number: architecture === 'x64' ? 257 : 56, args: { 2: 0o2400302 }, errno: ENOMEM },
  shm_unlink: { number: architecture === 'x64' ? 87 : 35, args: {}, errno: ENOMEM },
};

/** Steps that are no calls, and the system call by which they can fail. */
function behindStep(step: Step): Refusal | undefined {
  if (step.kind === 'write_module' && step.into.kind === 'file')
    return { number: systemCallNumber(architecture, 'pwrite64'), args: { 2: 1 }, errno: ENOMEM };
  // SIGCHLD alone: no other process of this one is started so.
  if (step.kind === 'start_writer')
    return { number: systemCallNumber(architecture, 'clone'), args: { 0: 17 }, errno: ENOMEM };
  return undefined;
}

/** A refusal that fits this step and nothing else that the process does; undefined for steps that cannot fail. */
function refusalOf(step: Step): Refusal | undefined {
  if (step.kind !== 'call') return behindStep(step);
  const special = behind[step.call];
  if (special !== undefined) return special;
  const args: Record<number, number> = {};
  step.args.forEach((argument, index) => {
    const constant = constantOf(argument, architecture);
    // What is negative is 32 bits wide to some callers, and 64 to others.
    if (constant !== undefined && constant >= 0) args[index] = constant;
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

/** Steps that can be told from those before them by the refusal. */
function distinguishable(steps: readonly Step[]): { step: Step; refusal: Refusal }[] {
  const seen = new Set<string>();
  return steps.flatMap((step) => {
    const refusal = refusalOf(step);
    const key = JSON.stringify(refusal);
    if (refusal === undefined || seen.has(key)) return [];
    seen.add(key);
    return [{ step, refusal }];
  });
}

for (const strategy of catalogue) {
  const program = programOf(strategy, { pages, pageSize: 4096 });
  for (const from of ['setup', 'iteration'] as const) {
    for (const { step, refusal } of distinguishable(program[from])) {
      // Setup goes the same way in both engines, and of ffi's calls the article's strategies have all kinds.
      const isBoth = from === 'iteration' && strategy.group === 'article';
      for (const engine of isBoth ? engineNames : (['native'] as const)) {
        test(`${strategy.name} (${engine}) reports ${describeStep(step)} refused`, (t) => {
          const restore = withHugePages();
          const skip = cannotRun(strategy, restore);
          if (skip !== false) return t.skip(skip);
          try {
            const job: BatchJob = {
              strategy: strategy.name,
              engine,
              pages,
              iterations: 3,
              workload: 'ret',
              refusal: { ...refusal, from },
            };
            assert.deepEqual(runBatch(job), { failedStep: step.number, errno: ENOMEM });
            // Where the kernel refuses to unlink, the parent of a fork does it (tests/cli/failures.test.ts).
            const isUnlink = step.kind === 'call' && step.call === 'shm_unlink';
            assert.equal(removeSharedObjects(), isUnlink ? 1 : 0);
            count('faults', 'each system call of each strategy refused, in setup and in the loop');
          } finally {
            restore?.();
          }
        });
      }
    }
  }
}
