import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { withProgram } from '../../src/program/engine.ts';
import { layouts } from '../../src/program/names.ts';
import { NativeCode } from '../../src/program/native/engine.ts';
import { Forks } from '../../src/runner/forks.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf, type Strategy } from '../../src/strategies/strategy.ts';
import { allowedCpus } from '../../src/system/cpus.ts';
import { pageSize } from '../../src/system/memory.ts';
import type { MeasuredProcess, Operation } from '../../src/target/measured-process.ts';
import { caseOf } from '../support/cases.ts';
import { retContent } from '../support/content.ts';
import { depth } from '../support/depth.ts';
import { cannotRun } from '../support/host.ts';
import { withHugePages } from '../support/mapbench.ts';
import { mapsOf, withStub } from '../support/stub.ts';

const restorePool = withHugePages();
after(() => restorePool?.());

const isSealing = (strategy: Strategy) =>
  programOf(strategy, { pages: 1, pageSize: pageSize() }).setup.some(
    (step) => step.kind === 'call' && step.call === 'mseal',
  );

/** The lines of /proc/<pid>/maps without their addresses, which the kernel draws. */
async function linesOf(target: MeasuredProcess): Promise<string[]> {
  return (await mapsOf(target))
    .map(({ start, end, permissions, path }) => `${permissions} ${end - start} ${path}`)
    .sort();
}

/** Two mappings that leaked with each would be a hundred more. */
const most = depth(60, 1000);

for (const strategy of catalogue) {
  const { name } = strategy;
  test(
    `${name} has as many mappings after ${most} placements as after 10`,
    {
      skip: cannotRun(strategy, restorePool) || (isSealing(strategy) && 'what is sealed stays'),
    },
    () =>
      withStub(async (target) => {
        const program = programOf(strategy, { pages: 3, pageSize: pageSize() });
        for (const layout of layouts) {
          const code = await NativeCode.load(target, { program, content: retContent(), layout });
          const place = async (times: number) => {
            for (let time = 0; time < times; time++) await withProgram(code, (running) => running.batch(1));
            return linesOf(target);
          };
          const before = await place(10);
          assert.deepEqual(await place(layout === 'guarded' ? most - 10 : depth(20, 90)), before, layout);
        }
      }),
  );
}

for (const strategy of catalogue.filter(isSealing)) {
  const { name } = strategy;
  const program = programOf(strategy, { pages: 1, pageSize: pageSize() });
  const seals = program.setup.filter((step) => step.kind === 'call' && step.call === 'mseal').length;
  const skip = cannotRun(strategy, restorePool);

  test(`${name} leaves what it has sealed, and nothing else`, { skip }, () =>
    withStub(async (target) => {
      const code = await NativeCode.load(target, { program, content: retContent(), layout: 'guarded' });
      const before = await linesOf(target);
      for (let time = 0; time < 5; time++) await withProgram(code, (running) => running.batch(1));
      assert.equal((await linesOf(target)).length, before.length + 5 * seals);
    }),
  );

  test(`${name} is measured in one placement, beside the one in which it was tried`, { skip }, async () => {
    using forks = new Forks();
    let sealed = 0;
    const outcome = await forks.run(
      { kind: 'measure', cases: [caseOf(name)], time: 30 },
      {
        cpu: allowedCpus()[0] ?? 0,
        signal: new AbortController().signal,
        onBench: ({ target }) => {
          const run = target.run.bind(target);
          target.run = (operations: readonly Operation[]) => {
            sealed += operations.filter(({ call }) => call === 'mseal').length;
            return run(operations);
          };
        },
      },
    );
    assert.equal(outcome.kind, 'measured');
    assert.equal(sealed, 2 * seals);
  });
}
