import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileLoop } from '../../src/program/native/compile.ts';
import { NativeProgram } from '../../src/program/native/engine.ts';
import type { Instrument } from '../../src/program/native/instrument.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { hostArchitecture } from '../../src/system/architecture.ts';
import { pageSize } from '../../src/system/page-size.ts';
import { retContent } from '../support/content.ts';

const architecture = hostArchitecture();
const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

function start(name: string, instrument: Instrument, delayTurns = 0): NativeProgram {
  const strategy = findStrategy(name);
  assert.ok(strategy && architecture);
  const program = programOf(strategy, { pages: 4, pageSize: pageSize() });
  return NativeProgram.start({
    program,
    content: retContent(),
    layout: 'guarded',
    architecture,
    instrument,
    delayTurns,
  });
}

test('the phases are those of the steps, and sum to the batch', () => {
  const program = start('naive', 'phases');
  program.batch(100);
  const { steps, empty, nanoseconds } = program.batchInPhases(2000);
  program.close();
  assert.equal(steps.length, program.program.iteration.length);
  assert.ok([...steps, empty].every((time) => time > 0));
  // What is in no interval is the loop's own instructions.
  const share = (sum(steps) + empty) / nanoseconds;
  assert.ok(share > 0.95 && share <= 1.001, `${share}`);
});

test('a second batch begins at zero', () => {
  const program = start('rwx', 'phases');
  program.batchInPhases(100_000);
  const { steps, nanoseconds } = program.batchInPhases(1000);
  program.close();
  assert.ok(sum(steps) <= nanoseconds);
});

test('the trace has an interval an iteration, and they sum to the batch', () => {
  const program = start('naive', 'latency');
  program.batch(100);
  for (const count of [500, 2000]) {
    const { iterations, empty, nanoseconds } = program.batchTraced(count);
    assert.deepEqual([iterations.length, empty.length], [count, count]);
    assert.ok(iterations.every((time) => time > 0));
    const share = (sum(iterations) + sum(empty)) / nanoseconds;
    assert.ok(share > 0.95 && share <= 1.001, `${share}`);
  }
  program.close();
});

test('an instrumented loop takes the same steps for AArch64', () => {
  const strategy = findStrategy('naive');
  assert.ok(strategy);
  const program = programOf(strategy, { pages: 1, pageSize: 4096 });
  const plain = compileLoop(program, retContent('arm64'), 'arm64');
  for (const instrument of ['phases', 'latency'] as const) {
    const { bytes, symbols } = compileLoop(program, retContent('arm64'), 'arm64', { instrument });
    assert.ok(bytes.length > plain.bytes.length);
    assert.deepEqual(
      symbols.map(({ name }) => name),
      plain.symbols.map(({ name }) => name),
    );
  }
});

test('steps of the setup that are compiled find their values in an instrumented context', () => {
  // A store, a write through a file, and a writer's process, each before the loop.
  for (const name of ['image_ro', 'uffd_copy', 'memfd_oop', 'memfd_thp']) {
    for (const instrument of ['phases', 'latency'] as const) {
      const program = start(name, instrument);
      program.batch(50);
      program.close();
    }
  }
});
