import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { describeArgument } from '../../src/program/describe.ts';
import {
  type Argument,
  faultHandlingOf,
  mappingOf,
  type Program,
  resultOf,
  type Step,
} from '../../src/program/ir.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { pageSize } from '../../src/system/memory.ts';
import { cannotRun } from '../support/host.ts';
import { withHugePages } from '../support/mapbench.ts';
import { lacking } from '../support/tools.ts';
import type { TracedBatch } from '../support/traced-batches.ts';

const tracedBatches = join(import.meta.dirname, '../support/traced-batches.ts');
const noStrace = lacking('strace');
const iterations = 3;
/** A size that nothing else maps. */
const pages = 101;

const folder = mkdtempSync(join(tmpdir(), 'mapbench-strace-'));
const restorePool = withHugePages();
after(() => {
  restorePool?.();
  rmSync(folder, { recursive: true });
});

/** By strategy. */
const batches = new Map<string, TracedBatch>();

/** The system calls of a process, or of a thread, as strace prints them. */
const callsOf = (pid: number) => readFileSync(join(folder, `trace.${pid}`), 'utf8').split('\n');

// All in one trace, and all calls of all processes: one that describe does not list must not stay unseen.
before(() => {
  if (noStrace !== false) return;
  const names = catalogue.filter((each) => !cannotRun(each, restorePool)).map(({ name }) => name);
  const traced = [process.execPath, '--import', 'tsx', tracedBatches, String(pages), String(iterations)];
  const { status, stdout, stderr } = spawnSync(
    'strace',
    ['-ff', '-o', join(folder, 'trace'), ...traced, ...names],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  for (const line of stdout.trim().split('\n')) {
    const batch: TracedBatch = JSON.parse(line);
    batches.set(batch.strategy, batch);
  }
});

/** The system calls of a strategy's batch, between the loop's two readings of the clock. */
function callsOfBatch({ pid }: TracedBatch): string[] {
  const lines = callsOf(pid);
  const clocks = lines.flatMap((line, index) =>
    line.startsWith('clock_gettime(CLOCK_MONOTONIC') ? [index] : [],
  );
  // Two readings for the first iteration, two for the batch.
  const [from = 0, to] = clocks.slice(-2);
  assert.equal(clocks.length, 4, `${clocks.length} clock readings`);
  return lines.slice(from + 1, to);
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
  // An older strace does not know the newest by name.
  if (argument.type === 'flags' && argument.of === 'advice')
    return `(${describeArgument(argument)}|${escaped(`0x${argument.value.toString(16)} /* MADV_??? */`)})`;
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
  if (step.kind === 'execute_module' && faultHandlingOf(program) !== undefined) {
    const start = addresses[mappingOf(step.module).name] ?? 0;
    return Array.from({ length: pages }, (_, page) => [
      String.raw`mmap\(NULL, ${pageSize()}, PROT_READ\|PROT_WRITE, MAP_PRIVATE\|MAP_ANONYMOUS, -1, 0\)`,
      String.raw`mprotect\(0x[0-9a-f]+, ${pageSize()}, PROT_READ\|PROT_EXEC\)`,
      String.raw`mremap\(0x[0-9a-f]+, ${pageSize()}, ${pageSize()}, MREMAP_MAYMOVE\|MREMAP_FIXED, 0x${(start + page * pageSize()).toString(16)}\)`,
      String.raw`rt_sigreturn\(\{mask=\[.*\]\}\)`,
    ]).flat();
  }
  if (step.kind === 'write_module' && step.into.kind === 'file') {
    const { at } = step.into;
    const start = at === undefined ? 0 : (addresses[mappingOf(at).name] ?? 0);
    return Array.from(
      { length: pages },
      (_, page) => String.raw`pwrite64\(\d+, "\\303", 1, ${start + page * pageSize()}\)`,
    );
  }
  return [];
}

for (const strategy of catalogue) {
  const skip = noStrace || cannotRun(strategy, restorePool);
  test(`${strategy.name} makes exactly the system calls that describe lists`, { skip }, () => {
    const batch = batches.get(strategy.name);
    assert.ok(batch);
    const calls = callsOfBatch(batch);
    const program = programOf(strategy, { pages, pageSize: pageSize() });
    const inIteration = (remaining: number) =>
      program.iteration.filter(
        (step) => step.kind !== 'call' || step.every === undefined || remaining % step.every === 1,
      );
    const listed = Array.from({ length: iterations }, (_, index) => inIteration(iterations - index)).flat();
    const patterns = listed.flatMap((step) => linesOf(step, program, batch.addresses));
    // How often it waits for its writer is the scheduler's doing.
    const asks = listed.filter(({ kind }) => kind === 'ask_writer').length;
    const isFutex = (line: string) => line.startsWith('futex(');
    assert.equal(calls.filter((line) => /^futex\(0x[0-9a-f]+, FUTEX_WAKE, 1\)/.test(line)).length, asks);
    // One fault for every page that is called, where a handler loads what is called.
    const faults = calls.filter((line) => line.startsWith('--- SIGSEGV {'));
    assert.equal(faults.length, faultHandlingOf(program) === undefined ? 0 : pages * iterations);
    const made = calls.filter((line) => !faults.includes(line) && (asks === 0 || !isFutex(line)));
    assert.equal(made.length, patterns.length, made.join('\n'));
    for (const [index, line] of made.entries())
      assert.match(line, new RegExp(String.raw`^${patterns[index]}\s+= (\d+|0x[0-9a-f]+)$`));
  });
}

test('no other process makes system calls for a module', {
  skip: noStrace,
}, () => {
  const stubs = [...batches.values()].map(({ pid }) => pid);
  const started = stubs.flatMap((pid) =>
    callsOf(pid).flatMap((line) => /^clone\(.*= (\d+)$/.exec(line)?.slice(1).map(Number) ?? []),
  );
  const others = readdirSync(folder)
    .map((name) => Number(name.replace('trace.', '')))
    .filter((pid) => ![...stubs, ...started].includes(pid));
  const length = new RegExp(String.raw`\b${pages * pageSize()}\b`);
  assert.ok(stubs.some((pid) => callsOf(pid).some((line) => length.test(line))));
  assert.deepEqual(
    others.flatMap((pid) => callsOf(pid).filter((line) => length.test(line))),
    [],
  );
});
