import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANONYMOUS, type DefineContext, NONE, PRIVATE, READ, WRITE } from '../../src/program/builder.ts';
import { withProgram } from '../../src/program/engine.ts';
import type { ExecuteStep, Program, Step } from '../../src/program/ir.ts';
import { NativeCode, type NativeProgram } from '../../src/program/native/engine.ts';
import { StepFailure } from '../../src/program/step-failure.ts';
import { programFor } from '../../src/runner/bench.ts';
import { lazyFault } from '../../src/strategies/flips.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { pageSize } from '../../src/system/memory.ts';
import { systemCallNumber } from '../../src/system/syscalls.ts';
import { TargetError } from '../../src/target/measured-process.ts';
import type { StubProcess } from '../../src/target/stub-process.ts';
import { findWorkload, type WorkloadName, type WorkloadParameters } from '../../src/workloads/catalogue.ts';
import { refuse } from '../support/seccomp.ts';
import { architecture, withContent } from '../support/stub.ts';

const pages = 16;
const module = { pages, pageSize: pageSize() };
const ENOMEM = 12;

/** Runs a program of lazy_fault for a workload in a stub of its own. */
async function withLazyFault<T>(
  name: WorkloadName,
  parameters: WorkloadParameters,
  use: (running: NativeProgram, target: StubProcess) => Promise<T>,
  change: (program: Program) => Program = (program) => program,
): Promise<T> {
  const workload = findWorkload(name, parameters);
  const program = change(programFor(lazyFault, workload, module));
  const layout = workload.life.kind === 'cold' ? 'kernel' : 'guarded';
  return withContent(workload, pages * pageSize(), async (target, content) => {
    const code = await NativeCode.load(target, { program, content, layout }, program.iteration);
    return withProgram(code, (running) => use(running, target));
  });
}

const loads: readonly [WorkloadName, WorkloadParameters, pagesCalled: number, checked: number][] = [
  ['ret', {}, pages, 0],
  ['stamp', {}, pages, pages],
  ['cold', {}, pages, pages],
  ['module', { calls: { count: 1 } }, 1, 1],
  // Functions that lie four pages from each other.
  ['module', { calls: { count: 4 } }, 4, 1],
  ['module', { calls: { fraction: 1 } }, pages, 1],
];

for (const [workload, parameters, pagesCalled, checked] of loads) {
  test(`${workload} ${JSON.stringify(parameters)}: a fault for each of ${pagesCalled} pages that are called, of ${pages}`, () =>
    withLazyFault(workload, parameters, async (running) => {
      const count = 20;
      const { executed, stale } = await running.batch(count);
      assert.deepEqual({ executed, stale }, { executed: checked * count, stale: 0 });
      assert.equal(running.pagesLoadedByFaults, pagesCalled * count);
      // The same one step after the other, each from a call of its own.
      if (workload === 'cold') return;
      assert.deepEqual(await running.batchStepByStep(3), { executed: checked * 3, stale: 0 });
      assert.equal(running.pagesLoadedByFaults, pagesCalled * 3);
    }));
}

test('what the kernel refuses the handler ends the loop behind the run, in one sentence', async () => {
  const calls = [
    ['mmap', { 1: pageSize(), 2: 3 }],
    ['mprotect', {}],
    ['mremap', {}],
  ] as const;
  for (const [call, args] of calls) {
    const batch = withLazyFault('stamp', {}, async (running, target) => {
      await running.batch(1);
      await refuse(target, { number: systemCallNumber(architecture, call), args, errno: ENOMEM });
      await running.batch(3);
    });
    await assert.rejects(batch, (error) => {
      assert.ok(error instanceof StepFailure, String(error));
      assert.equal(error.step.kind, 'execute_module');
      assert.match(error.message, /^handle_fault: ENOMEM \(.*\) in step 5: 64 KiB are within all limits/);
      return true;
    });
  }
});

/** A program whose iteration goes on with a step. */
const goingOn =
  (stepAfter: (run: ExecuteStep, program: Program) => Step) =>
  (program: Program): Program => {
    const run = program.iteration.find((step) => step.kind === 'execute_module');
    assert.ok(run);
    return { ...program, iteration: [...program.iteration, stepAfter(run, program)] };
  };

const crashes: Readonly<Record<string, (run: ExecuteStep, program: Program) => Step>> = {
  'a store to the code that is there': ({ module: code }) => {
    assert.equal(code.kind, 'mapping');
    return { kind: 'store', number: 90, into: code as never, offset: 0, word: { type: 'bytes', value: 1 } };
  },
  'a call of other memory': (run, { setup }) => {
    const stack = setup.flatMap((step) => (step.kind === 'handle_faults' ? [step.stack] : []))[0];
    assert.ok(stack);
    return { ...run, module: stack };
  },
};

for (const [what, step] of Object.entries(crashes)) {
  test(`${what} is a crash as ever, and the process says where`, async () => {
    const batch = withLazyFault('ret', {}, (running) => running.batch(2), goingOn(step));
    await assert.rejects(batch, (error) => {
      assert.ok(error instanceof TargetError, String(error));
      assert.equal(error.message, 'killed by SIGSEGV (signal 11)');
      assert.notEqual(error.programCounter, undefined);
      return true;
    });
  });
}

test('a SIGSEGV that somebody sends is not taken for a fault', async () => {
  const batch = withLazyFault('ret', {}, async (running, target) => {
    await running.batch(1);
    process.kill(target.pid, 'SIGSEGV');
    await running.batch(1);
  });
  await assert.rejects(batch, /^TargetError: killed by SIGSEGV \(signal 11\)$/);
});

test('the teardown puts back the handler and the stack that were there before', () =>
  withContent(findWorkload('ret'), pages * pageSize(), async (target, content) => {
    const program = programOf(lazyFault, module);
    const code = await NativeCode.load(target, { program, content, layout: 'guarded' });
    using memory = target.allocate(256);
    const look = async () => {
      await target.run([
        { call: 'rt_sigaction', args: [11, 0, memory.address, 8] },
        { call: 'sigaltstack', args: [0, memory.address + 128] },
      ]);
      return Buffer.from(memory.bytes).toString('hex');
    };
    const before = await look();
    const during = await withProgram(code, async (running) => {
      await running.batch(2);
      return look();
    });
    assert.notEqual(during, before);
    assert.equal(await look(), before);
  }));

const unsuited: readonly [WorkloadName, WorkloadParameters, RegExp][] = [
  ['reloc', {}, /copies a page as it is/],
  ['patch', {}, /nothing to patch/],
  ['tenancy', { modules: 5 }, /pages of one module/],
  ['footprint', {}, /when that is called, not beforehand/],
];

for (const [workload, parameters, why] of unsuited) {
  test(`${workload} does not suit it, and it says why`, () => {
    assert.throws(() => programFor(lazyFault, findWorkload(workload, parameters), module), why);
  });
}

const mistakes: readonly [string, RegExp, (context: DefineContext) => void][] = [
  [
    'a handler whose code nothing runs',
    /: a handler of faults loads one module, which an iteration runs once: code$/,
    ({ iterate }) => iterate.membarrier(0),
  ],
  [
    'a write beside the handler',
    /: what a handler of faults loads must not be written by the program too$/,
    ({ setup, iterate, size }) => {
      const other = setup.mmap({ length: size, prot: READ | WRITE, flags: PRIVATE | ANONYMOUS });
      iterate.writeModule(other);
    },
  ],
];

for (const [what, message, more] of mistakes) {
  test(`${what} is no program`, () => {
    const define = (context: DefineContext) => {
      const { setup, iterate, size } = context;
      const flags = PRIVATE | ANONYMOUS;
      const code = setup.mmap({ name: 'code', length: size, prot: NONE, flags });
      const stack = setup.mmap({ length: 65536, prot: READ | WRITE, flags, holds: 'data' });
      setup.handleFaults(code, stack);
      more(context);
      if (what.startsWith('a write')) iterate.executeModule(code);
    };
    assert.throws(() => programOf({ ...lazyFault, define }, module), message);
  });
}
