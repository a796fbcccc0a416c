import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ThreadBlocks } from '../../src/program/native/context.ts';
import { NativeCode, type NativeProgram } from '../../src/program/native/engine.ts';
import { type Member, Team } from '../../src/program/native/team.ts';
import { threadMain } from '../../src/program/native/thread-main.ts';
import { StepFailure } from '../../src/program/step-failure.ts';
import { backgroundProgram, loadersOf } from '../../src/runner/thread-group.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { rusage, usageIn } from '../../src/system/counters.ts';
import { allowedCpus } from '../../src/system/cpus.ts';
import { pageSize } from '../../src/system/memory.ts';
import { RefusalError } from '../../src/system/refusal.ts';
import { systemCallNumber } from '../../src/system/syscalls.ts';
import { type MeasuredProcess, systemCall } from '../../src/target/measured-process.ts';
import type { StubProcess } from '../../src/target/stub-process.ts';
import { retContent, stampContent } from '../support/content.ts';
import { waitFor } from '../support/mapbench.ts';
import { refuse } from '../support/seccomp.ts';
import { architecture, mapsOf, withStub } from '../support/stub.ts';

const cpus = allowedCpus();
const pages = 3;

/**
 * Has a stub with a strategy on three threads, whose code returns its load's number, which the loop checks.
 */
function withTeam(
  name: string,
  iterations: number,
  use: (team: Team, group: readonly Member[], target: StubProcess) => Promise<void>,
): Promise<void> {
  return withStub(async (target) => {
    const code = await codeOf(target, name);
    const group: Member[] = [];
    for (let thread = 0; thread < 3; thread++)
      group.push({ program: await code.start(), iterations, cpu: cpus[thread % cpus.length] ?? 0 });
    await use(await Team.in(target), group, target);
  });
}

function codeOf(target: MeasuredProcess, name: string): Promise<NativeCode> {
  const strategy = findStrategy(name);
  assert.ok(strategy);
  const program = programOf(strategy, { pages, pageSize: pageSize() });
  return NativeCode.load(target, { program, content: stampContent(), layout: 'guarded' });
}

/**
 * Waits until the first thread of a stub is its only one: the others are a while in /proc after their end.
 */
const isAlone = ({ pid }: StubProcess) =>
  waitFor('the end of the threads', () => readdirSync(`/proc/${pid}/task`).length === 1 || undefined);

for (const name of ['memfd', 'reuse', 'naive', 'rwx', 'shm_open', 'memfd_rotate'])
  test(`${name} on three threads runs fresh code on each, and as often as asked for`, () =>
    withTeam(name, 40, async (team, group) => {
      const loads = 40 * (group[0]?.program.program.loads ?? 1);
      const results = await team.run(group, 0);
      for (const { loads: run, batch, late } of results) {
        assert.equal(run, loads);
        assert.deepEqual([batch.executed, batch.stale], [loads * pages, 0]);
        assert.ok(late >= 0);
      }
      // The second time no number is used again.
      for (const { batch } of await team.run(group, 0)) assert.equal(batch.stale, 0);
    }));

test('batches are run until the time is over, by all at the same time', () =>
  withTeam('memfd', 1000, async (team, group) => {
    for (const { loads, nanoseconds } of await team.run(group, 5e6)) {
      assert.equal(loads % 1000, 0);
      assert.ok(nanoseconds >= 5e6, `${nanoseconds} ns`);
    }
  }));

test('threads that share a CPU sleep until all are there', () =>
  withTeam('memfd', 10, async (_, [member], target) => {
    assert.ok(member);
    const main = await target.load(threadMain(architecture));
    using blocks = new ThreadBlocks(target, 1);
    blocks.set(0, 'loop', member.program.code.address);
    blocks.set(0, 'context', member.program.prepare(10));
    blocks.set(0, 'first', blocks.addressOf(0));
    // A second one never arrives.
    blocks.set(0, 'threads', 2);
    blocks.set(0, 'sleeps', 1);
    blocks.setCpu(0, cpus[0] ?? 0);
    await target.run([{ call: 'code', args: [main.address, blocks.addressOf(0)] }]);
    const thread = `/proc/${target.pid}/task/${blocks.get(0, 'id')}`;
    // In futex(2), and nowhere else.
    const called = String(systemCallNumber(architecture, 'futex'));
    const isAsleep = () => readFileSync(`${thread}/syscall`, 'utf8').split(' ')[0] === called;
    await waitFor('it to sleep', () => isAsleep() || undefined);
    assert.equal(blocks.get(0, 'batches'), 0);
    const go = blocks.fieldAddress(0, 'go');
    await target.run([
      { call: 'store', args: [go, 1] },
      { call: 'futex', args: [go, 1, 1] },
    ]);
    await isAlone(target);
    assert.equal(blocks.get(0, 'batches'), 1);
  }));

test('threads that sleep begin at the time that they are told, in whatever order', () =>
  withTeam('memfd', 40, async (team, [one, other]) => {
    assert.ok(one && other);
    const started = [await team.start([one], 0, true), await team.start([other], 0, true)] as const;
    const at = (await started[0].now()) + 20e6;
    await started[1].go(at);
    await started[0].go(at);
    for (const each of started)
      for (const { startedAt, loads } of await each.end()) {
        assert.ok(startedAt >= at, `${at - startedAt} ns too early`);
        assert.equal(loads, 40);
      }
  }));

test('hundreds of threads on one CPU all load', () =>
  withStub(async (target) => {
    const code = await codeOf(target, 'memfd');
    const group: Member[] = [];
    for (let thread = 0; thread < 300; thread++)
      group.push({ program: await code.start(), iterations: 10, cpu: cpus[0] ?? 0 });
    const results = await (await Team.in(target)).run(group, 0);
    assert.ok(results.every(({ loads, batch }) => loads === 10 && batch.stale === 0));
    // Of what they did together the time is one.
    assert.equal(new Set(results.map(({ nanoseconds }) => nanoseconds)).size, 1);
    await isAlone(target);
  }));

test('all threads end with a process that is killed', async () => {
  const abort = new AbortController();
  const tasks = await withStub(
    async (target) => {
      const code = await codeOf(target, 'memfd');
      const group: Member[] = [];
      for (let thread = 0; thread < 3; thread++)
        group.push({ program: await code.start(), iterations: 10, cpu: cpus[0] ?? 0 });
      const day = 86_400e9;
      const running = (await Team.in(target)).run(group, day);
      const path = `/proc/${target.pid}/task`;
      await waitFor('all threads', () => readdirSync(path).length === 4 || undefined);
      abort.abort();
      await assert.rejects(running, { name: 'TargetError', message: 'interrupted' });
      return path;
    },
    { signal: abort.signal },
  );
  assert.equal(existsSync(tasks), false);
});

test('threads end, and leave no mapping behind', () =>
  withStub(async (target) => {
    const code = await codeOf(target, 'memfd');
    const team = await Team.in(target);
    const run = async () => {
      const programs: NativeProgram[] = [await code.start(), await code.start(), await code.start()];
      await team.run(
        programs.map((program) => ({ program, iterations: 10, cpu: cpus[0] ?? 0 })),
        0,
      );
      for (const program of programs) await program.close();
      await isAlone(target);
    };
    await run();
    const before = await mapsOf(target);
    for (let turn = 0; turn < 5; turn++) await run();
    assert.deepEqual(await mapsOf(target), before);
  }));

test('a step that fails on a thread is said, and the other threads end', () =>
  withTeam('reuse', 10, async (team, group, target) => {
    // A mapping that is gone cannot be protected.
    const address = group[1]?.program.addresses().code ?? 0;
    await systemCall(target, 'munmap', address, pages * pageSize());
    await assert.rejects(
      team.run(group, 1e6),
      (error) => error instanceof StepFailure && error.step.kind === 'call' && error.step.call === 'mprotect',
    );
    await isAlone(target);
  }));

test('a thread that cannot be started is said, and those that wait for it end', () =>
  withTeam('memfd', 10, async (team, group, target) => {
    await team.run(group, 0);
    // The same memory is given out again: where the second one's stack ends.
    const blocks = new ThreadBlocks(target, group.length);
    const stack = blocks.get(1, 'stack');
    blocks[Symbol.dispose]();
    await refuse(target, { number: systemCallNumber(architecture, 'clone'), args: { 1: stack }, errno: 11 });
    await assert.rejects(team.run(group, 0), (error) => error instanceof RefusalError && error.errno === 11);
    await isAlone(target);
  }));

test('a backgroundThread that faults takes a fault for each of its pages', () =>
  withStub(async (target) => {
    const program = backgroundProgram('fault', { pages: 4, pageSize: pageSize() });
    const source = { program, content: retContent(), layout: 'kernel' } as const;
    const running = await (await NativeCode.load(target, source)).start();
    await running.batch(1);
    using memory = target.allocate(rusage.bytes);
    const faults = async () => {
      await systemCall(target, 'getrusage', rusage.self, memory.address);
      return usageIn(memory.bytes).minorFaults;
    };
    const team = await Team.in(target);
    const before = await faults();
    await team.run([{ program: running, iterations: 50, cpu: cpus[0] ?? 0 }], 0);
    const taken = (await faults()) - before;
    const own = 50 * program.module.pages;
    assert.ok(taken >= own && taken < own + program.module.pages, `${taken} faults of ${own}`);
  }));

test('a backgroundThread that computes makes no system call and takes no fault', () => {
  const program = backgroundProgram('compute', { pages: 4, pageSize: pageSize() });
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
