/**
 * The AArch64 stub under QEMU's user mode, driven from here: what it does, and the loops and routines of all
 * strategies.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { allocatorProgram } from '../../src/program/allocator.ts';
import { ANONYMOUS, BTI, EXEC, PRIVATE, READ, SHARED, WRITE } from '../../src/program/builder.ts';
import { programInC } from '../../src/program/c/program.ts';
import { flagsOf } from '../../src/program/calls.ts';
import { stepName } from '../../src/program/describe.ts';
import { withProgram } from '../../src/program/engine.ts';
import type { Program } from '../../src/program/ir.ts';
import { NativeCode, type NativeProgram } from '../../src/program/native/engine.ts';
import type { Instrument } from '../../src/program/native/instrument.ts';
import { Team } from '../../src/program/native/team.ts';
import { StepFailure } from '../../src/program/step-failure.ts';
import { catalogue, findStrategy } from '../../src/strategies/catalogue.ts';
import { defineStrategy, programOf, type Strategy } from '../../src/strategies/strategy.ts';
import { MAP } from '../../src/system/constants.ts';
import { allowedCpus } from '../../src/system/cpus.ts';
import { pageSize } from '../../src/system/memory.ts';
import { systemCall, TargetError } from '../../src/target/measured-process.ts';
import type { StubOptions, StubProcess } from '../../src/target/stub-process.ts';
import { verify } from '../../src/verification/verify.ts';
import { findWorkload } from '../../src/workloads/catalogue.ts';
import type { Content } from '../../src/workloads/content.ts';
import { stamp } from '../../src/workloads/page-starts.ts';
import { retContent, stampContent } from '../support/content.ts';
import { cannotRun } from '../support/host.ts';
import { withHugePages } from '../support/mapbench.ts';
import { withContent, withStub } from '../support/stub.ts';
import { lacking } from '../support/tools.ts';
import { testEnds, testMemory, testOperations } from '../target/behaviour.ts';
import { subjectOf } from '../verification/broken.ts';

const cpus = allowedCpus();
const module = { pages: 3, pageSize: pageSize() };

const restorePool = withHugePages();
after(() => restorePool?.());

/** scripts/arm64 fetches a newer one than Debian 12's, which is called otherwise. */
const qemu = ['qemu-aarch64', 'qemu-aarch64-static'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);
const noQemu = qemu === undefined && lacking('qemu-aarch64-static');
const options = { architecture: 'arm64', launcher: [qemu ?? '', '-cpu', 'max'] } as const;

/** QEMU before 8.1 ignores `ic ivau`, so there a dual mapping runs stale code whatever the loop does. */
function ignoresInvalidation(): string | false {
  if (qemu === undefined) return false;
  const { stdout } = spawnSync(qemu, ['--version'], { encoding: 'utf8' });
  const version = Number.parseFloat(/version (\d+\.\d+)/.exec(stdout)?.[1] ?? '99');
  return version < 8.1 && `QEMU ${version} ignores ic ivau; 8.1 is needed`;
}

/** Has a stub under QEMU, in which no code lies where other code lay: such a QEMU would run the old one. */
function withArm64<T>(use: (target: StubProcess) => Promise<T>, more: Partial<StubOptions> = {}): Promise<T> {
  return withStub((target) => use(keepingCode(target)), { ...options, ...more });
}

function keepingCode(target: StubProcess): StubProcess {
  const load = target.load.bind(target);
  target.load = async (code) => ({ ...(await load(code)), [Symbol.dispose]: () => {} });
  return target;
}

/** Has a program in a stub under QEMU; where its mappings lie QEMU decides. */
function withRunning<T>(
  program: Program,
  content: Content,
  use: (running: NativeProgram, target: StubProcess) => Promise<T>,
  instrument?: Instrument,
): Promise<T> {
  return withArm64(async (target) => {
    const code = await NativeCode.load(target, { program, content, layout: 'kernel', instrument });
    return withProgram(code, (running) => use(running, target));
  });
}

function programNamed(name: string): Program {
  const strategy = findStrategy(name);
  assert.ok(strategy);
  return programOf(strategy, module);
}

testOperations('AArch64', withArm64, noQemu);
testMemory('AArch64', withArm64, noQemu);
testEnds('AArch64', withArm64, noQemu);

/** Strategies in which the kernel or another mapping writes what one mapping runs. */
const isWrittenElsewhere = ({ wx }: Strategy) => wx === 'dual' || wx === 'no-write';

/** QEMU sees what it translated written where it can protect a page of it, which it cannot in a huge one. */
const isHuge = ({ setup, iteration }: Program) =>
  setup.some((step) => step.kind === 'call' && (flagsOf(step, 'map') & MAP.MAP_HUGETLB) !== 0) &&
  iteration.every((step) => step.kind !== 'call');

const ENOSYS = 38;

/** Skips a test of what QEMU does not emulate. */
async function unlessUnknown(t: { skip(message: string): void }, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (error instanceof Error && /^this processor has no cl/.test(error.message))
      return t.skip('QEMU does not emulate x86-64 as AArch64');
    const call = error instanceof StepFailure && error.errno === ENOSYS ? stepName(error.step) : '';
    if (!/^(pkey_alloc|mseal|userfaultfd)$/.test(call)) throw error;
    t.skip(`QEMU does not emulate ${call}`);
  }
}

for (const strategy of catalogue) {
  const program = programOf(strategy, module);
  const required = program.setup.find((step) => step.kind === 'require')?.what;
  const cannot =
    noQemu ||
    cannotRun(strategy, restorePool) ||
    (required?.kind === 'huge pages' && 'QEMU does not emulate huge pages in /proc/self/smaps') ||
    (required?.kind === 'guard region' && 'QEMU does not emulate guard regions');
  const duplicates =
    strategy.name === 'mremap_dup' && ignoresInvalidation() && 'this QEMU makes no second view';

  test(`${strategy.name}: the AArch64 loop takes every step`, { skip: cannot || duplicates }, (t) =>
    unlessUnknown(t, () =>
      // The workload that does not change runs rightly even where instruction caches stay stale.
      withRunning(program, retContent('arm64'), async (running) => {
        for (const iterations of [1, 1, 100]) await running.batch(iterations);
      }),
    ),
  );

  const skip = cannot || ((isWrittenElsewhere(strategy) || isHuge(program)) && ignoresInvalidation());
  test(
    `${strategy.name}: the AArch64 loop runs fresh code in every iteration, and leaves nothing`,
    { skip },
    (t) =>
      unlessUnknown(t, () =>
        withArm64(async (target) => {
          const results = await verify({ ...subjectOf(target, program, strategy.wx), layout: 'kernel' });
          // QEMU's /proc/self/maps joins ranges that differ in what may be run alone.
          for (const { check, outcome, evidence } of results)
            if (check !== 'protections') assert.notEqual(outcome, 'fails', `${check}: ${evidence}`);
        }),
      ),
  );
}

for (const [name, parameters] of [
  ['module', { calls: { fraction: 1 } }],
  ['reloc', { calls: { fraction: 1 } }],
  ['patch', { patches: 8 }],
] as const)
  test(`${name}: AArch64 code runs as it was loaded`, { skip: noQemu }, () => {
    const workload = findWorkload(name, parameters);
    assert.ok(workload);
    const use = async (target: StubProcess, content: Content) => {
      const source = { program: programNamed('rwx'), content, layout: 'kernel' } as const;
      const { executed, stale } = await withProgram(await NativeCode.load(target, source), (running) =>
        running.batch(100),
      );
      assert.deepEqual([executed, stale], [100, 0]);
    };
    return withContent(workload, module.pages * module.pageSize, use, options);
  });

test('three threads run fresh AArch64 code, each its own', { skip: noQemu }, () =>
  withArm64(async (target) => {
    const source = {
      program: programNamed('reuse'),
      content: stampContent('arm64'),
      layout: 'kernel',
    } as const;
    const code = await NativeCode.load(target, source);
    const programs = [await code.start(), await code.start(), await code.start()];
    const team = await Team.in(target);
    for (let turn = 0; turn < 2; turn++)
      for (const { loads, batch } of await team.run(
        programs.map((program) => ({ program, iterations: 40, cpu: 0 })),
        0,
      ))
        assert.deepEqual([loads, batch.executed, batch.stale], [40, 40 * module.pages, 0]);
  }),
);

test('a step that fails ends the AArch64 loop with its number and errno', { skip: noQemu }, () =>
  withRunning(programNamed('reuse'), stampContent('arm64'), async (running, target) => {
    // Without the mapping, mprotect has nothing to work on.
    await systemCall(target, 'munmap', running.addresses().code ?? 0, module.pages * module.pageSize);
    await assert.rejects(
      running.batch(100),
      (error) => error instanceof StepFailure && error.step.number === 2 && error.errno === 12,
    );
  }),
);

test('the AArch64 loop sums the ticks of its phases', { skip: noQemu }, () =>
  withRunning(
    programNamed('naive'),
    stampContent('arm64'),
    async (running) => {
      const { steps, nanoseconds } = await running.batchInPhases(100);
      assert.ok(nanoseconds > 0 && steps.every((time) => time > 0), steps.join());
    },
    'phases',
  ),
);

test('the AArch64 loop traces every iteration', { skip: noQemu }, () =>
  withRunning(
    programNamed('reuse'),
    stampContent('arm64'),
    async (running) => {
      const { iterations, nanoseconds } = await running.batchTraced(1000);
      assert.ok(nanoseconds > 0 && iterations.every((time) => time > 0));
    },
    'latency',
  ),
);

for (const name of ['memfd_remap', 'memfd_move'])
  test(`${name}: the AArch64 loop moves the view to random addresses`, { skip: noQemu }, () =>
    withRunning(programNamed(name), retContent('arm64'), async (running) => {
      const views = new Set<number>();
      for (let batch = 0; batch < 5; batch++) {
        const { view = 0 } = running.addresses();
        assert.equal(view % module.pageSize, 0);
        views.add(view);
        await running.batch(1);
      }
      assert.equal(views.size, 5);
    }),
  );

/** Flips and a write through a file, in mappings that are entered at landing pads only. */
const withLandingPads = [
  defineStrategy({
    name: 'reuse_bti',
    summary: 'reuse',
    wx: 'flip',
    needs: 'AArch64',
    define({ setup, iterate, size }) {
      const code = setup.mmap({ length: size, prot: READ, flags: PRIVATE | ANONYMOUS });
      iterate.mprotect(code, READ | WRITE);
      iterate.writeModule(code);
      iterate.mprotect(code, READ | EXEC | BTI);
      iterate.executeModule(code);
    },
  }),
  defineStrategy({
    name: 'pwrite_bti',
    summary: 'memfd_pwrite',
    wx: 'no-write',
    needs: 'AArch64',
    define({ setup, iterate, size }) {
      const fd = setup.memfdCreate('code', 0);
      setup.ftruncate(fd, size);
      const code = setup.mmap({ length: size, prot: READ | EXEC | BTI, flags: SHARED, fd });
      iterate.pwriteModule(fd);
      iterate.executeModule(code);
    },
  }),
];

for (const strategy of withLandingPads) {
  const skip = noQemu || (isWrittenElsewhere(strategy) && ignoresInvalidation());
  test(`${strategy.name}: code begins with a landing pad, without which it must not be entered`, {
    skip,
  }, async () => {
    const program = programOf(strategy, module);
    assert.equal(program.landingPads, true);
    const batchOf = (each: Program) =>
      withRunning(each, stampContent('arm64'), (running) => running.batch(100));
    const { executed, stale } = await batchOf(program);
    assert.deepEqual([executed, stale], [100 * module.pages, 0]);
    assert.match(programInC(program, stamp, 'kernel', { version: '', summary: '' }), /0xd503245f/);
    // The processor enforces it: an illegal instruction ends the program.
    await assert.rejects(
      batchOf({ ...program, landingPads: false }),
      (error) => error instanceof TargetError && error.signal === 'SIGILL',
    );
  });
}

test('an allocator in a shared object, and threads of the C library', {
  skip: noQemu || lacking('aarch64-linux-gnu-gcc'),
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-allocator-'));
  try {
    const library = join(folder, 'dual.so');
    const source = join(import.meta.dirname, '../../examples/allocators/dual.c');
    const made = spawnSync('aarch64-linux-gnu-gcc', ['-O2', '-shared', '-fPIC', source, '-o', library]);
    assert.equal(made.status, 0, String(made.stderr));
    const libc = { interpreter: '/lib/ld-linux-aarch64.so.1', needed: ['libc.so.6'] };
    const launcher = [qemu ?? '', '-cpu', 'max', '-L', '/usr/aarch64-linux-gnu'];
    const content = ignoresInvalidation() ? retContent('arm64') : stampContent('arm64');
    await withArm64(
      async (target) => {
        const program = allocatorProgram('dual', library, module);
        const source = { program, content, layout: 'kernel' } as const;
        const code = await NativeCode.load(target, source, program.iteration);
        const running = [await code.start(), await code.start()];
        for (const each of running) assert.equal((await each.batch(50)).stale, 0);
        const team = await Team.in(target);
        const results = await team.run(
          running.map((each, index) => ({
            program: each,
            iterations: 20,
            cpu: cpus[index % cpus.length] ?? 0,
          })),
          0,
        );
        assert.deepEqual(
          results.map(({ loads, batch }) => [loads, batch.stale]),
          [
            [20, 0],
            [20, 0],
          ],
        );
        for (const each of running) await each.close();
      },
      { launcher, libraries: [library], libc },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
