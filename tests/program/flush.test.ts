import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrange } from '../../src/program/arrange.ts';
import { ANONYMOUS, buildProgram, EXEC, PRIVATE, READ, WRITE } from '../../src/program/builder.ts';
import { describeProgram } from '../../src/program/describe.ts';
import { withProgram } from '../../src/program/engine.ts';
import { NativeCode } from '../../src/program/native/engine.ts';
import { userInstructions } from '../../src/program/native/user-instructions.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { isOfKind } from '../../src/system/errors.ts';
import { pageSize } from '../../src/system/memory.ts';
import { findWorkload, type WorkloadName } from '../../src/workloads/catalogue.ts';
import { cannotRun } from '../support/host.ts';
import { withContent } from '../support/stub.ts';

/** A turn: the instruction, the next address, the count, the branch. */
const perLine = 4;

function strategyNamed(name: string) {
  const strategy = findStrategy(name);
  assert.ok(strategy);
  return strategy;
}

/** Instructions of the step that flushes, by single steps, and whether all results were right. */
function flushOf(name: string, pages: number, workload: WorkloadName): Promise<number> {
  const module = { pages, pageSize: pageSize() };
  const program = programOf(strategyNamed(name), module);
  return withContent(findWorkload(workload), pages * module.pageSize, async (target, content) => {
    const code = await NativeCode.load(target, { program, content, layout: 'guarded' });
    return withProgram(code, async (running) => {
      const { stale } = await running.batch(100);
      assert.equal(stale, 0);
      const counted = await userInstructions(target, running);
      const index = program.iteration.findIndex(({ kind }) => kind === 'flush_module');
      return counted?.steps[index] ?? Number.NaN;
    });
  });
}

for (const name of ['rwx_clflush', 'rwx_clwb']) {
  const skip = cannotRun(strategyNamed(name), undefined);

  test(`${name} flushes the lines that a load has written, and no others`, { skip }, async () => {
    const [four, eight] = [await flushOf(name, 4, 'stamp'), await flushOf(name, 8, 'stamp')];
    assert.equal(eight - four, 4 * perLine);
    // Of an image every line.
    const [one, two] = [await flushOf(name, 1, 'module'), await flushOf(name, 2, 'module')];
    assert.equal(two - one, (pageSize() / 64) * perLine);
    assert.equal(one - four, (pageSize() / 64 - 4) * perLine);
    // One patch: as many whatever the size.
    assert.equal(await flushOf(name, 4, 'patch'), await flushOf(name, 8, 'patch'));
  });

  test(`${name} of cold modules asks for its instruction once, and is unavailable without it`, {
    skip,
  }, async () => {
    const program = programOf(strategyNamed(name), { pages: 1, pageSize: pageSize() });
    const cold = arrange(program, { kind: 'cold' });
    assert.match(
      describeProgram(cold),
      new RegExp(`^setup, once\\n +1 .*require_instruction\\(${name.slice(4)}\\)\\niter`),
    );
    await withContent(findWorkload('stamp'), pageSize(), async (target, content) => {
      for (const text of ['flags\t\t: fpu sse2', '', undefined]) {
        target.readText = () => Promise.resolve(text);
        await assert.rejects(
          (await NativeCode.load(target, { program: cold, content, layout: 'kernel' })).start(),
          (error) =>
            isOfKind(error, 'unavailable') &&
            /^this processor has no cl\w+ \(.*; take rwx, or/.test(String(error.message)),
        );
      }
    });
  });
}

test('a program that flushes with two instructions is refused', () => {
  assert.throws(
    () =>
      buildProgram('both', { pages: 1, pageSize: 4096 }, ({ setup, iterate, size }) => {
        const code = setup.mmap({ length: size, prot: READ | WRITE | EXEC, flags: PRIVATE | ANONYMOUS });
        iterate.writeModule(code);
        iterate.flushModule(code, 'clwb');
        iterate.flushModule(code, 'clflush');
        iterate.executeModule(code);
      }),
    /^ProgramError: both: all modules must be flushed with one instruction$/,
  );
});
