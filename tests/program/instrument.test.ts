import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withProgram } from '../../src/program/engine.ts';
import { compileLoop } from '../../src/program/native/compile.ts';
import { NativeCode, type NativeProgram } from '../../src/program/native/engine.ts';
import type { Instrument } from '../../src/program/native/instrument.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { pageSize } from '../../src/system/memory.ts';
import { retContent } from '../support/content.ts';
import { withStub } from '../support/stub.ts';

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

function withInstrumented(
  name: string,
  instrument: Instrument,
  use: (program: NativeProgram) => Promise<void>,
): Promise<void> {
  const strategy = findStrategy(name);
  assert.ok(strategy);
  const program = programOf(strategy, { pages: 4, pageSize: pageSize() });
  const source = { program, content: retContent(), layout: 'guarded', instrument } as const;
  return withStub(async (target) => withProgram(await NativeCode.load(target, source), use));
}

/**
 * What is in no interval is the loop's own instructions; of so many batches one is not interrupted in them.
 */
async function assertCovered(fractionOf: () => Promise<number>): Promise<void> {
  let best = 0;
  for (let batch = 0; batch < 100 && best <= 0.95; batch++) {
    const fraction = await fractionOf();
    assert.ok(fraction <= 1.001, `${fraction}`);
    best = Math.max(best, fraction);
  }
  assert.ok(best > 0.95, `${best}`);
}

test('the phases are those of the steps, and sum to the batch', () =>
  withInstrumented('naive', 'phases', async (program) => {
    await program.batch(100);
    await assertCovered(async () => {
      const { steps, empty, nanoseconds } = await program.batchInPhases(2000);
      assert.equal(steps.length, program.program.iteration.length);
      assert.ok([...steps, empty].every((time) => time > 0));
      return (sum(steps) + empty) / nanoseconds;
    });
  }));

test('a second batch begins at zero', () =>
  withInstrumented('rwx', 'phases', async (program) => {
    await program.batchInPhases(100_000);
    const { steps, nanoseconds } = await program.batchInPhases(1000);
    assert.ok(sum(steps) <= nanoseconds);
  }));

test('the trace has an interval an iteration, and they sum to the batch', () =>
  withInstrumented('naive', 'latency', async (program) => {
    await program.batch(100);
    for (const count of [500, 2000])
      await assertCovered(async () => {
        const { iterations, empty, nanoseconds } = await program.batchTraced(count);
        assert.deepEqual([iterations.length, empty.length], [count, count]);
        assert.ok(iterations.every((time) => time > 0));
        return (sum(iterations) + sum(empty)) / nanoseconds;
      });
  }));

test('an instrumented loop takes the same steps for AArch64', () => {
  const strategy = findStrategy('naive');
  assert.ok(strategy);
  const program = programOf(strategy, { pages: 1, pageSize: 4096 });
  const target = { architecture: 'arm64', pid: 1 } as const;
  const plain = compileLoop(program, retContent('arm64'), target);
  for (const instrument of ['phases', 'latency'] as const) {
    const { bytes, symbols } = compileLoop(program, retContent('arm64'), target, { instrument });
    assert.ok(bytes.length > plain.bytes.length);
    assert.deepEqual(
      symbols.map(({ name }) => name),
      plain.symbols.map(({ name }) => name),
    );
  }
});

test('steps of the setup that are compiled find their values in an instrumented context', async () => {
  // A store, a write through a file, and a writer's process, each before the loop.
  for (const name of ['image_ro', 'uffd_copy', 'memfd_oop', 'memfd_thp'])
    for (const instrument of ['phases', 'latency'] as const)
      await withInstrumented(name, instrument, async (program) => {
        await program.batch(50);
      });
});
