/**
 * Runs the AArch64 loops of all strategies under QEMU's user mode: the setup that the C backend prints, compiled for
 * AArch64, then the generated loop in place of the C one.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ANONYMOUS, BTI, EXEC, PRIVATE, READ, SHARED, WRITE } from '../../src/program/builder.ts';
import { programInC } from '../../src/program/c/program.ts';
import { compileLoop, contextSize } from '../../src/program/native/compile.ts';
import { fieldOffset, slotOffset, sumOffset, valuesOffset } from '../../src/program/native/context.ts';
import type { Program, Value } from '../../src/program/step.ts';
import { resultOf } from '../../src/program/value.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { defineStrategy, programOf, type Strategy } from '../../src/strategies/strategy.ts';
import { stamp } from '../../src/workloads/stamp.ts';
import { retContent, stampContent } from '../support/content.ts';

const module = { pages: 3, pageSize: 4096 };
const iterations = 1000;

/** scripts/arm64 fetches a newer one than Debian 12's, which is called otherwise. */
const qemu = spawnSync('qemu-aarch64', ['--version']).status === 0 ? 'qemu-aarch64' : 'qemu-aarch64-static';

/** The C program of a strategy, with a main function that runs `loop` on a context block twice. */
function harness(program: Program, loop: Uint8Array, size = contextSize(program)): string {
  const c = programInC(program, stamp, 'kernel', { version: 'test', summary: 'under QEMU' });
  const made = program.setup.flatMap((step) => resultOf(step) ?? []);
  const fill = (value: Value) =>
    `context[${(valuesOffset(size) + slotOffset(value.slot)) / 8}] = (long)${value.name};`;
  const field = (name: Parameters<typeof fieldOffset>[0]) => `context[${fieldOffset(name) / 8}]`;
  return `${c.slice(0, c.indexOf('// Starts this program anew'))}
static long context[64], trace[4 * ${iterations}];
static const unsigned char loop[] = { ${[...loop].join(', ')} };
int main(void)
{
    (void)batch;
    setup();
    ${made.map(fill).join(' ')}
    ${field('random')} = 88172645463325252;
    ${field('tracePosition')} = (long)trace;
    void *loaded = mmap(NULL, sizeof loop, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(loaded, loop, sizeof loop);
    mprotect(loaded, sizeof loop, PROT_READ | PROT_EXEC);
    for (int i = 0; i < 2; i++) {
        ${field('iterations')} = ${iterations};
        ((void (*)(long *))loaded)(context);
        ${field('stampBase')} += ${iterations};
    }
    printf("executed %ld stale %ld remaining %ld failed %ld errno %ld elapsed %d\\n", ${field('executed')},
           ${field('stale')}, ${field('remaining')}, ${field('failedStep')}, ${field('errno')},
           ${field('endSeconds')} >= ${field('startSeconds')} && ${field('startSeconds')} > 0);
    teardown();
    return 0;
}
`;
}

function runUnderQemu(source: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-arm64-'));
  try {
    const [file, binary] = [join(folder, 'loop.c'), join(folder, 'loop')];
    writeFileSync(file, source);
    const run = (command: string, parameters: string[], debianPackage: string) => {
      const { error, status, stdout, stderr } = spawnSync(command, parameters, { encoding: 'utf8' });
      assert.equal(error, undefined, `cannot run ${command}: install the Debian package ${debianPackage}`);
      assert.equal(status, 0, stderr);
      return stdout;
    };
    run(
      'aarch64-linux-gnu-gcc',
      ['-O2', '-Wall', '-Werror', '-static', file, '-o', binary],
      'gcc-aarch64-linux-gnu',
    );
    return run(qemu, ['-cpu', 'max', binary], 'qemu-user-static');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** QEMU before 8.1 ignores `ic ivau`, so there a dual mapping runs stale code whatever the loop does. */
function ignoresInvalidation(): string | false {
  const { stdout } = spawnSync(qemu, ['--version'], { encoding: 'utf8' });
  const version = Number.parseFloat(/version (\d+\.\d+)/.exec(stdout ?? '')?.[1] ?? '99');
  return version < 8.1 && `QEMU ${version} ignores ic ivau; 8.1 is needed`;
}

/** What QEMU's user mode does not emulate, or passes to a kernel whose huge page pool may be empty. */
const notEmulated = [
  'hugetlb',
  'hugetlb_shared',
  'memfd_hugetlb',
  'pkey_rwx',
  'memfd_pkey',
  'uffd_copy',
  'memfd_sealed',
];

/** Strategies in which the kernel or another mapping writes what one mapping runs. */
const isWrittenElsewhere = ({ wx }: Strategy) => wx === 'dual' || wx === 'no-write';

for (const strategy of catalogue.filter(({ name }) => !notEmulated.includes(name))) {
  const skip = isWrittenElsewhere(strategy) && ignoresInvalidation();
  test(`${strategy.name}: the AArch64 loop runs fresh code in every iteration`, { skip }, () => {
    const program = programOf(strategy, module);
    const output = runUnderQemu(harness(program, compileLoop(program, stampContent('arm64'), 'arm64').bytes));
    const executed = 2 * iterations * module.pages * program.loads;
    assert.equal(output, `executed ${executed} stale 0 remaining 0 failed 0 errno 0 elapsed 1\n`);
  });
}

test('a step that fails ends the AArch64 loop with its number and errno', () => {
  const reuse = catalogue.find(({ name }) => name === 'reuse');
  assert.ok(reuse);
  const program = programOf(reuse, module);
  const source = harness(program, compileLoop(program, stampContent('arm64'), 'arm64').bytes);
  // Without the mapping, mprotect has nothing to work on.
  const output = runUnderQemu(source.replace('    for (int i', '    munmap(code, 4096);\n    for (int i'));
  assert.match(output, new RegExp(`executed 0 stale 0 remaining ${iterations} failed 2 errno 12 `));
});

/** The harness, which also prints what an expression of C is worth after both batches. */
function harnessPrinting(
  program: Program,
  loop: Uint8Array,
  expression: string,
  size = contextSize(program),
): string {
  const end = '    teardown();\n    return 0;';
  return harness(program, loop, size).replace(end, `    printf("%ld\\n", (long)(${expression}));\n${end}`);
}

const lastLine = (text: string) => text.trim().split('\n').at(-1);

test('the AArch64 loop sums the ticks of its phases', () => {
  const naive = catalogue.find(({ name }) => name === 'naive');
  assert.ok(naive);
  const program = programOf(naive, module);
  const { bytes } = compileLoop(program, stampContent('arm64'), 'arm64', { instrument: 'phases' });
  const words = program.iteration.map((_, index) => `context[${sumOffset(index) / 8}]`);
  const whole = `context[${fieldOffset('endTicks') / 8}] - context[${fieldOffset('startTicks') / 8}]`;
  const all = words.map((word) => `${word} > 0`).join(' && ');
  const source = harnessPrinting(program, bytes, `${all} && ${whole} > 0`, contextSize(program, 'phases'));
  assert.equal(lastLine(runUnderQemu(source)), '1');
});

test('the AArch64 loop traces every iteration', () => {
  const reuse = catalogue.find(({ name }) => name === 'reuse');
  assert.ok(reuse);
  const program = programOf(reuse, module);
  const { bytes } = compileLoop(program, stampContent('arm64'), 'arm64', { instrument: 'latency' });
  // Two batches of two words an iteration fill the trace, and no more.
  const position = `context[${fieldOffset('tracePosition') / 8}] == (long)(trace + ${4 * iterations})`;
  const ends = `trace[0] > 0 && trace[${4 * iterations - 2}] > 0`;
  assert.equal(lastLine(runUnderQemu(harnessPrinting(program, bytes, `${position} && ${ends}`))), '1');
});

for (const name of ['memfd_remap', 'memfd_move']) {
  test(`${name}: the AArch64 loop moves the view to random addresses`, () => {
    const strategy = catalogue.find((each) => each.name === name);
    assert.ok(strategy);
    const program = programOf(strategy, module);
    // The workload that does not change runs rightly even where instruction caches stay stale.
    const { bytes } = compileLoop(program, retContent('arm64'), 'arm64');
    const view =
      program.setup.flatMap((step) => (resultOf(step)?.name === 'view' ? [resultOf(step)?.slot] : []))[0] ??
      0;
    const word = `context[${(valuesOffset(contextSize(program)) + slotOffset(view)) / 8}]`;
    const moved = `${word} != (long)view && ${word} % 4096 == 0`;
    const output = runUnderQemu(harnessPrinting(program, bytes, moved));
    assert.match(output, /remaining 0 failed 0 errno 0 elapsed 1\n1\n$/);
  });
}

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
  const skip = isWrittenElsewhere(strategy) && ignoresInvalidation();
  test(`${strategy.name}: code begins with a landing pad, without which it must not be entered`, {
    skip,
  }, () => {
    const program = programOf(strategy, module);
    assert.equal(program.landingPads, true);
    const loop = (each: Program) => compileLoop(each, stampContent('arm64'), 'arm64').bytes;
    const executed = 2 * iterations * module.pages;
    assert.equal(
      runUnderQemu(harness(program, loop(program))),
      `executed ${executed} stale 0 remaining 0 failed 0 errno 0 elapsed 1\n`,
    );
    assert.match(programInC(program, stamp, 'kernel', { version: '', summary: '' }), /0xd503245f/);
    // The processor enforces it: an illegal instruction ends the program.
    const without = { ...program, landingPads: false };
    assert.throws(() => runUnderQemu(harness(program, loop(without))));
  });
}
