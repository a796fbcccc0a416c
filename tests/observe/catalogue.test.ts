import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Follower } from '../../src/observe/follow.ts';
import type { Region } from '../../src/observe/observation.ts';
import { traceByPerf, whyNotPerf } from '../../src/observe/perf.ts';
import { traceByStrace } from '../../src/observe/strace.ts';
import { summaryOf } from '../../src/observe/summary.ts';
import { tracedCalls } from '../../src/observe/trace-event.ts';
import type { TraceSubject } from '../../src/observe/tracer.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import type { Strategy } from '../../src/strategies/strategy.ts';
import { pageSize } from '../../src/system/memory.ts';
import { cannotRun } from '../support/host.ts';
import { callMapbench } from '../support/in-process.ts';
import { withHugePages } from '../support/mapbench.ts';
import { lacking } from '../support/tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapbench-observed-'));
const restore = withHugePages();
after(() => {
  rmSync(folder, { recursive: true });
  restore?.();
});

/** Given 0 ms a batch, the C runs one iteration for calibration, one to warm up, and one a batch. */
const batches = 198;
const iterations = batches + 2;

/** A strategy's C, compiled. */
async function programOf({ name }: Strategy): Promise<string> {
  const [source, program] = [join(folder, `${name}.c`), join(folder, name)];
  const shown = await callMapbench(['show', name, '--lang', 'c']);
  assert.equal(shown.status, 0, shown.stderr);
  writeFileSync(source, shown.stdout);
  const built = spawnSync('cc', ['-O1', source, '-o', program], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
  return program;
}

async function observed(trace: TraceSubject, program: string) {
  const follower = new Follower(pageSize());
  const words = ['sh', '-c', `exec ${program} 0 0 ${batches} >${program}.out`] as const;
  const { notes, end } = await trace(
    { kind: 'command', words: [...words] },
    (event) => follower.event(event),
    new AbortController().signal,
  );
  assert.deepEqual(notes, []);
  assert.equal(end?.status, 0);
  return summaryOf(follower.end(), { strategies: catalogue, pageSize: pageSize(), seconds: 1 });
}

/** Calls that succeeded, by name, as `strace -c` counts them in a run of its own. */
function countedByStrace(program: string): Record<string, number> {
  const file = `${program}.counts`;
  const calls = tracedCalls.map((name) => `?${name}`).join();
  const words = ['sh', '-c', `exec ${program} 0 0 ${batches} >${program}.out`];
  spawnSync('strace', ['-f', '-c', '-e', `trace=${calls}`, '-o', file, ...words]);
  const counts: Record<string, number> = {};
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    // % time, seconds, usecs/call, calls, errors if there were any, name
    const [, succeeded = '', errors = '0', name = ''] =
      /^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(\d+)?\s*(\w+)$/.exec(line) ?? [];
    if (name !== '' && name !== 'total') counts[name] = Number(succeeded) - Number(errors);
  }
  return counts;
}

/** Every iteration that makes a call is a load; the last may be told apart, as it is never given back. */
function assertLoads({ kind }: Region, regions: readonly Region[], { name }: Strategy): void {
  if (kind === 'kept') return;
  const loads = regions
    .filter(({ strategies }) => strategies.includes(name))
    .reduce((sum, region) => sum + region.loads, 0);
  const rarest = name === 'memfd_move' || name === 'memfd_remap' ? 64 : 1;
  assert.ok(loads >= Math.floor(iterations / rarest), `${loads} loads of ${iterations}`);
  if (exact.includes(name)) assert.equal(loads, iterations);
}

/** Strategies that load one module an iteration, by calls of which each is of the whole module. */
const exact = [
  'naive',
  'reuse',
  'reuse_shared',
  'reuse_perpage',
  'rwx_flip',
  'memfd_view',
  'pool_fixed',
  'publish2',
  'mremap_move',
  'uffd_copy',
];

const noStrace = lacking('cc', 'strace');

for (const strategy of catalogue)
  test(`${strategy.name}: its own C is classified as itself, and as many calls are seen as strace -c counts`, {
    skip: noStrace || cannotRun(strategy, restore),
  }, async () => {
    const program = await programOf(strategy);
    const { regions, calls } = await observed(traceByStrace, program);
    const [main] = regions;
    assert.ok(main !== undefined);
    assert.ok(main.strategies.includes(strategy.name), JSON.stringify(main));
    assert.deepEqual(calls, countedByStrace(program));
    assertLoads(main, regions, strategy);
  });

/** What perf tells less of, or what takes the same way there. */
const byPerf = ['naive', 'reuse', 'memfd', 'shm_open', 'memfd_view', 'pool_fixed', 'procmem', 'memfd_oop'];
const noPerf = noStrace || lacking('perf') || whyNotPerf() || false;

for (const strategy of catalogue.filter(({ name }) => byPerf.includes(name)))
  test(`${strategy.name}: by perf's tracepoints, too`, {
    skip: noPerf || cannotRun(strategy, restore),
  }, async () => {
    const program = await programOf(strategy);
    const { regions } = await observed(traceByPerf, program);
    const [main] = regions;
    assert.ok(main !== undefined);
    assert.ok(main.strategies.includes(strategy.name), JSON.stringify(main));
    assertLoads(main, regions, strategy);
  });
