import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { asSystemCall } from '../../src/program/calls.ts';
import { describeStep } from '../../src/program/describe.ts';
import { withProgram } from '../../src/program/engine.ts';
import { isSystemCall, type Step } from '../../src/program/ir.ts';
import { isAlignedByKernel } from '../../src/program/layout.ts';
import { NativeCode } from '../../src/program/native/engine.ts';
import { StepFailure } from '../../src/program/step-failure.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf, type Strategy } from '../../src/strategies/strategy.ts';
import { pageSize } from '../../src/system/memory.ts';
import { systemCallNumber } from '../../src/system/syscalls.ts';
import { count } from '../robustness/counts.ts';
import { retContent } from '../support/content.ts';
import type { RefusedBatch } from '../support/ffi-refused.ts';
import { cannotRun } from '../support/host.ts';
import { withHugePages } from '../support/mapbench.ts';
import { type Refusal, refuse } from '../support/seccomp.ts';
import { architecture, withStub } from '../support/stub.ts';

const ENOMEM = 12;

// A size that the stub itself does not map.
const pages = 37;

const restorePool = withHugePages();
after(() => restorePool?.());

/** The system call of a step by which it can fail, and the values of its arguments that are known. */
function callOf(step: Step, pid: number): Pick<Refusal, 'number' | 'args'> | undefined {
  if (step.kind === 'write_module' && step.into.kind === 'file')
    return { number: systemCallNumber(architecture, 'pwrite64'), args: { 2: 1 } };
  // SIGCHLD alone.
  if (step.kind === 'start_writer')
    return { number: systemCallNumber(architecture, 'clone'), args: { 0: 17 } };
  if (!isSystemCall(step)) return undefined;
  const { name, operands } = asSystemCall(step, { architecture, pid });
  // What is negative is 32 bits wide to some callers, and 64 to others; the layout adds to the flags of what
  // the kernel may align.
  const known = operands.flatMap((operand, index) =>
    'constant' in operand && operand.constant >= 0 && !(index === 3 && isAlignedByKernel(step))
      ? [[index, operand.constant]]
      : [],
  );
  return { number: systemCallNumber(architecture, name), args: Object.fromEntries(known) };
}

/** Steps that can fail and that can be told from those before them. */
function distinguishable(steps: readonly Step[]): Step[] {
  const calls = steps.map((step) => JSON.stringify(callOf(step, 1)));
  return steps.filter((_, index) => calls[index] !== undefined && calls.indexOf(calls[index]) === index);
}

/** What becomes of a strategy that is refused a step from before its setup, or after a first iteration. */
async function refusedBatch(strategy: Strategy, step: Step, from: 'setup' | 'iteration'): Promise<unknown> {
  return withStub(async (target) => {
    stubs.add(`mapbench-${target.pid}`);
    const known = callOf(step, target.pid);
    assert.ok(known);
    const refusal = { ...known, errno: ENOMEM };
    const program = programOf(strategy, { pages, pageSize: pageSize() });
    const code = await NativeCode.load(target, { program, content: retContent(), layout: 'guarded' });
    if (from === 'setup') await refuse(target, refusal);
    return withProgram(code, async (running) => {
      await running.batch(1);
      if (from === 'iteration') await refuse(target, refusal);
      await running.batch(3);
    });
  });
}

/** The stubs of this file: others run beside them. */
const stubs = new Set<string>();

/** Removes what they left of POSIX shared memory and says how many objects that were. */
function removeSharedObjects(): number {
  const left = readdirSync('/dev/shm').filter((name) => stubs.has(name));
  for (const name of left) rmSync(join('/dev/shm', name));
  return left.length;
}

for (const strategy of catalogue) {
  const program = programOf(strategy, { pages, pageSize: pageSize() });
  const skip = cannotRun(strategy, restorePool);
  for (const from of ['setup', 'iteration'] as const)
    for (const step of distinguishable(program[from]))
      test(`${strategy.name} reports ${describeStep(step)} refused`, { skip }, async () => {
        await assert.rejects(
          refusedBatch(strategy, step, from),
          (error) =>
            error instanceof StepFailure && error.step.number === step.number && error.errno === ENOMEM,
        );
        // Where the kernel refuses to unlink, whoever started the stub does it (tests/cli/failures.test.ts).
        const isUnlink = step.kind === 'call' && step.call === 'shm_unlink';
        assert.equal(removeSharedObjects(), isUnlink ? 1 : 0);
        count('faults', 'each system call of each strategy refused, in setup and in the loop');
      });
}

test('the ffi engine reports each step of an iteration refused', () => {
  // Of ffi's calls the article's strategies have all kinds; refusals stay, so each batch has a size of its
  // own.
  const batches: (RefusedBatch & { step: number })[] = [];
  for (const strategy of catalogue.filter(({ group }) => group === 'article')) {
    if (cannotRun(strategy, restorePool)) continue;
    const steps = programOf(strategy, { pages, pageSize: pageSize() }).iteration;
    for (const [index, { number }] of steps.entries()) {
      // Of the huge pages of the pool no more than 2 are taken.
      const own = strategy.name === 'hugetlb' ? 512 * (index / 2) + pages : 1001 + 2 * batches.length;
      const step = programOf(strategy, { pages: own, pageSize: pageSize() }).iteration[index];
      const known = step?.kind === 'call' ? callOf(step, 0) : undefined;
      if (known !== undefined)
        batches.push({
          strategy: strategy.name,
          pages: own,
          refusal: { ...known, errno: ENOMEM },
          step: number,
        });
    }
  }
  const script = join(import.meta.dirname, '../support/ffi-refused.ts');
  const parameters = ['--import', 'tsx', script, JSON.stringify(batches)];
  const { stdout, stderr, status } = spawnSync(process.execPath, parameters, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.deepEqual(
    JSON.parse(stdout),
    batches.map(({ step }) => ({ step, errno: ENOMEM })),
  );
  assert.ok(batches.length >= 9);
  count('faults', 'each system call of each strategy refused, in setup and in the loop', batches.length);
});
