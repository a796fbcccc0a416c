import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { NativeProgram } from '../../src/program/native/engine.ts';
import { Team } from '../../src/program/native/team.ts';
import { StepFailure } from '../../src/program/step-failure.ts';
import { companionProgram, loadersOf } from '../../src/runner/companions.ts';
import { programFor } from '../../src/runner/program.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { allowedCpus } from '../../src/system/affinity.ts';
import { hostArchitecture } from '../../src/system/architecture.ts';
import { countMappings } from '../../src/system/maps.ts';
import { pageSize } from '../../src/system/page-size.ts';
import { processUsage } from '../../src/system/rusage.ts';
import { findWorkload } from '../../src/workloads/catalogue.ts';
import { loadContent } from '../../src/workloads/load.ts';
import { ret } from '../../src/workloads/ret.ts';

const architecture = hostArchitecture() ?? 'x64';
const cpus = allowedCpus();
const pages = 3;
const team = new Team(architecture);

/** Strategies whose code returns its load's number, which the loop checks. */
function start(name: string): NativeProgram {
  const strategy = findStrategy(name);
  const workload = findWorkload('stamp');
  assert.ok(strategy && workload);
  const program = programFor(strategy, workload, { pages, pageSize: pageSize() });
  const content = loadContent(workload, pages * pageSize(), architecture);
  return NativeProgram.start({ program, content, layout: 'guarded', architecture });
}

function members(name: string, iterations: number, threads = 3) {
  return Array.from({ length: threads }, (_, index) => ({
    program: start(name),
    iterations,
    cpu: cpus[index % cpus.length] ?? 0,
  }));
}

for (const name of ['memfd', 'reuse', 'naive', 'rwx', 'shm_open', 'memfd_rotate'])
  test(`${name} on three threads runs fresh code on each, and as often as asked for`, () => {
    const crew = members(name, 40);
    const shares = team.run(crew, 0);
    const loads = 40 * (crew[0]?.program.program.loads ?? 1);
    for (const { loads: run, batch, late } of shares) {
      assert.equal(run, loads);
      assert.deepEqual([batch.executed, batch.stale], [loads * pages, 0]);
      assert.ok(late >= 0);
    }
    // The second time no number is used again.
    for (const { batch } of team.run(crew, 0)) assert.equal(batch.stale, 0);
    for (const { program } of crew) program.close();
  });

test('batches are run until the time is over, by all at the same time', () => {
  const crew = members('memfd', 1000);
  const shares = team.run(crew, 5e6);
  for (const { loads, nanoseconds } of shares) {
    assert.equal(loads % 1000, 0);
    assert.ok(nanoseconds >= 5e6, `${nanoseconds} ns`);
  }
  for (const { program } of crew) program.close();
});

test('threads end, and leave no mapping behind', () => {
  const tasks = () => readdirSync('/proc/self/task').length;
  const run = () => {
    const crew = members('memfd', 10);
    team.run(crew, 0);
    for (const { program } of crew) program.close();
  };
  run();
  const before = tasks();
  const mappings = countMappings();
  for (let turn = 0; turn < 5; turn++) run();
  assert.equal(tasks(), before);
  // A start leaves the loop's code and context (2 mappings, 3 where a guard splits them); threads reuse their stacks.
  assert.ok(countMappings() - mappings <= 5 * 3 * 3);
});

test('a step that fails on a thread is said, and the other threads end', () => {
  const crew = members('reuse', 10);
  // A mapping that is gone cannot be protected.
  crew[1]?.program.close();
  assert.throws(
    () => team.run(crew, 1e6),
    (error) => error instanceof StepFailure && error.step.kind === 'call' && error.step.call === 'mprotect',
  );
  crew[0]?.program.close();
  crew[2]?.program.close();
});

test('a companion that faults takes a fault for each of its pages', () => {
  const program = companionProgram('fault', pageSize());
  const content = loadContent(ret, program.module.pages * pageSize(), architecture);
  const running = NativeProgram.start({ program, content, layout: 'kernel', architecture });
  running.batch(1);
  const before = processUsage().minorFaults;
  team.run([{ program: running, iterations: 50, cpu: cpus[0] ?? 0 }], 0);
  const faults = processUsage().minorFaults - before;
  const own = 50 * program.module.pages;
  assert.ok(faults >= own && faults < own + 100, `${faults} faults of ${own}`);
  running.close();
});

test('a companion that computes makes no system call and takes no fault', () => {
  const program = companionProgram('compute', pageSize());
  assert.deepEqual(
    program.iteration.map(({ kind }) => kind),
    ['execute_module'],
  );
});

test('how many of the threads load', () => {
  const loaders = (others: Parameters<typeof loadersOf>[1]) => [1, 2, 3, 8].map((n) => loadersOf(n, others));
  assert.deepEqual(loaders('load'), [1, 2, 3, 8]);
  assert.deepEqual(loaders('compute'), [1, 1, 1, 1]);
  assert.deepEqual(loaders('fault'), [1, 1, 1, 4]);
});
