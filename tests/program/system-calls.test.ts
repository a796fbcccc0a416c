import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeArgument } from '../../src/program/describe.ts';
import type { Argument, Program, Step } from '../../src/program/step.ts';
import { mappingOf, resultOf } from '../../src/program/value.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf, type Strategy } from '../../src/strategies/strategy.ts';
import { cannotRun } from '../support/host.ts';
import { withHugePages } from '../support/mapbench.ts';
import type { BatchJob } from '../support/one-batch.ts';

const oneBatch = join(import.meta.dirname, '../support/one-batch.ts');
const iterations = 3;
const pages = 5;

/** The system calls of one batch as strace prints them, between the loop's two readings of the clock. */
function straceBatch(strategy: Strategy): { calls: string[]; addresses: Record<string, number> } {
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-strace-'));
  try {
    const trace = join(folder, 'trace');
    const job: BatchJob = { strategy: strategy.name, engine: 'native', pages, iterations, workload: 'ret' };
    const { status, stdout, stderr, error } = spawnSync(
      'strace',
      // All calls: one that describe does not list must not stay unseen. Only the main thread runs the loop.
      ['-o', trace, process.execPath, '--import', 'tsx', oneBatch, JSON.stringify(job)],
      { encoding: 'utf8' },
    );
    assert.equal(error, undefined, 'strace cannot be run: install the Debian package strace');
    assert.equal(status, 0, stderr);
    const lines = readFileSync(trace, 'utf8').split('\n');
    const clocks = lines.flatMap((line, index) =>
      line.startsWith('clock_gettime(CLOCK_MONOTONIC') ? [index] : [],
    );
    // Two readings for the first iteration, two for the batch.
    const [from, to] = clocks.slice(-2);
    assert.ok(
      from !== undefined && to !== undefined && clocks.length === 4,
      `${clocks.length} clock readings`,
    );
    return { calls: lines.slice(from + 1, to), addresses: JSON.parse(stdout).addresses };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The values whose addresses stay the same: those that only the setup makes. */
function lastingSlots({ setup, iteration }: Program): Set<number> {
  const made = (steps: readonly Step[]) => steps.flatMap((step) => resultOf(step)?.slot ?? []);
  const remade = new Set(made(iteration));
  return new Set(made(setup).filter((slot) => !remade.has(slot)));
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** An argument as strace prints it, as a pattern. */
function argumentPattern(
  argument: Argument,
  lasting: Set<number>,
  addresses: Record<string, number>,
): string {
  if (argument.type === 'randomAddress') return '0x[0-9a-f]+';
  if (argument.type !== 'value')
    return escaped(
      describeArgument(argument).replaceAll(' | ', '|').replace('MAP_HUGE_2MB', '21<<MAP_HUGE_SHIFT'),
    );
  const { value, plus = 0 } = argument;
  if (value.kind !== 'mapping') return String.raw`\d+`;
  const address = addresses[value.name];
  return lasting.has(value.slot) && address !== undefined
    ? `0x${(address + plus).toString(16)}`
    : '0x[0-9a-f]+';
}

/** The calls that a step makes, as patterns of lines of strace. */
function linesOf(step: Step, program: Program, addresses: Record<string, number>): string[] {
  const lasting = lastingSlots(program);
  if (step.kind === 'call') {
    // strace shows what a structure holds, and leaves out what a command does not use.
    if (step.call === 'ioctl') return [String.raw`ioctl\(\d+, UFFDIO_COPY, .*\)`];
    if (step.call === 'membarrier')
      return [String.raw`membarrier\(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0.*\)`];
    const args = step.args.map((argument, index) =>
      // A file's offset is printed in hexadecimal.
      step.call === 'mmap' && index === 5 && argument.type === 'bytes' && argument.value !== 0
        ? `0x${argument.value.toString(16)}`
        : argumentPattern(argument, lasting, addresses),
    );
    return [`${step.call}\\(${args.join(', ')}\\)`];
  }
  if (step.kind === 'write_module' && step.into.kind === 'file') {
    const { at } = step.into;
    const start = at === undefined ? 0 : (addresses[mappingOf(at).name] ?? 0);
    return Array.from(
      { length: pages },
      (_, page) => String.raw`pwrite64\(\d+, "\\303", 1, ${start + page * 4096}\)`,
    );
  }
  return [];
}

for (const strategy of catalogue) {
  test(`${strategy.name} makes exactly the system calls that describe lists`, (t) => {
    const restore = withHugePages();
    const skip = cannotRun(strategy, restore);
    if (skip !== false) return t.skip(skip);
    try {
      const { calls, addresses } = straceBatch(strategy);
      const program = programOf(strategy, { pages, pageSize: 4096 });
      const inIteration = (remaining: number) =>
        program.iteration.filter(
          (step) => step.kind !== 'call' || step.every === undefined || remaining % step.every === 1,
        );
      const listed = Array.from({ length: iterations }, (_, index) => inIteration(iterations - index)).flat();
      const patterns = listed.flatMap((step) => linesOf(step, program, addresses));
      // How often it waits for its writer is the scheduler's doing.
      const asks = listed.filter(({ kind }) => kind === 'ask_writer').length;
      const isFutex = (line: string) => line.startsWith('futex(');
      assert.equal(calls.filter((line) => /^futex\(0x[0-9a-f]+, FUTEX_WAKE, 1\)/.test(line)).length, asks);
      const made = calls.filter((line) => asks === 0 || !isFutex(line));
      assert.equal(made.length, patterns.length, made.join('\n'));
      for (const [index, line] of made.entries())
        assert.match(line, new RegExp(String.raw`^${patterns[index]}\s+= (\d+|0x[0-9a-f]+)$`));
    } finally {
      restore?.();
    }
  });
}
