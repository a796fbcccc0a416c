import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseDocument } from '../../src/results/parse.ts';
import { articleStrategies, catalogue } from '../../src/strategies/catalogue.ts';
import { cannotRun } from '../support/host.ts';
import {
  childrenOf,
  mapbench,
  sharedMemoryIsGone,
  startMapbench,
  waitFor,
  withHugePages,
} from '../support/mapbench.ts';

const short = ['--forks', '2', '--time', '20'];

function runJson(parameters: string[]) {
  const { status, stdout, stderr } = mapbench(['run', ...short, '--format', 'json', ...parameters]);
  return { status, stderr, document: parseDocument(stdout, 'standard output') };
}

test('without a strategy it measures the seven of the article', () => {
  const restore = withHugePages();
  const { status, document } = runJson([]);
  restore?.();
  assert.deepEqual(
    document.cases.map(({ strategy }) => strategy),
    [...articleStrategies],
  );
  assert.equal(articleStrategies.length, 7);
  assert.equal(status, document.cases.some((each) => each.status === 'failed') ? 1 : 0);
  assert.ok(document.cases.filter((each) => each.status === 'measured').length >= 6);
});

test('the document holds every sample of every fork', () => {
  const { status, document } = runJson(['-s', 'memfd', 'rwx', '--pages', '1,3', '--seed', '7']);
  assert.equal(status, 0);
  assert.deepEqual(
    document.cases.map(({ id }) => id),
    ['memfd/pages=1', 'memfd/pages=3', 'rwx/pages=1', 'rwx/pages=3'],
  );
  const pids = new Set<number>();
  for (const each of document.cases) {
    assert.ok(each.status === 'measured');
    assert.equal(each.forks.length, 2);
    for (const fork of each.forks) {
      pids.add(fork.pid);
      assert.ok(fork.samples.length >= 10);
      assert.ok(fork.iterationsPerSample > 100);
      assert.ok(Object.values(fork.addresses).every((address) => /^0x[0-9a-f]+$/.test(address)));
    }
    const samples = each.forks.flatMap((fork) => fork.samples);
    const { point, low, high } = each.estimate;
    assert.ok(low !== null && high !== null && low <= point && point <= high);
    assert.ok(point >= Math.min(...samples) && point <= Math.max(...samples));
  }
  assert.equal(pids.size, 8, 'each fork is a process of its own');
});

/**
 * Minor faults a load on kernels from 6.0, [least, most], of strategies that take any. A private huge page is
 * faulted once a flip; CPUs that fetch translations for the stores ahead of that fault (Intel) then fault on
 * up to every page (docs/accuracy.md).
 */
const knownFaults: Readonly<Record<string, (pages: number) => [least: number, most: number]>> = {
  ...Object.fromEntries(
    [
      'naive',
      'naive_rwx',
      'naive_populate',
      'pool_fixed',
      'publish2',
      'image_private',
      'memfd_view',
      'memfd_viewguard',
      'reuse_dontneed',
      'mremap_move',
      'lazy_fault',
    ].map((name) => [name, (pages: number) => [pages, pages]]),
  ),
  hugetlb: (pages) => [1, pages],
  // A view that is mapped anew every 64 iterations has no page tables then.
  memfd_remap: (pages) => [pages / 64, pages / 64],
  // 6 of 16 loads find no view.
  memfd_viewcache: (pages) => [(pages * 6) / 16, (pages * 6) / 16],
  // The kernel maps the pages around a fault at once.
  // One for each run of pages that the kernel maps around a fault: by the address, one or two.
  image_ro: () => [1, 2],
  image_publish: () => [1, 2],
  memfd_view_populate: () => [1, 2],
  memfd_frozen: () => [1, 2],
  memfd_rotate: () => [1, 1],
};

test('page faults are what the kernel is known to take', (t) => {
  if (Number.parseFloat(os.release()) < 6)
    return t.skip(`known for kernels from 6.0, this is ${os.release()}`);
  const restore = withHugePages();
  // Counts are the same in every batch: one short fork of each says them.
  const { document } = runJson(['-s', '@all', '--pages', '1,4', '--forks', '1', '--time', '5']);
  const runnable = new Set(catalogue.filter((each) => !cannotRun(each, restore)).map(({ name }) => name));
  restore?.();
  for (const each of document.cases) {
    if (!runnable.has(each.strategy)) continue;
    assert.ok(each.status === 'measured', `${each.id}: ${each.status}`);
    const [least, most] = knownFaults[each.strategy]?.(each.pages ?? 0) ?? [0, 0];
    const seen = each.counters?.minorFaultsPerIteration ?? Number.NaN;
    assert.ok(seen > least - 0.01 && seen < most + 0.05, `${each.id}: ${seen}, not ${least} to ${most}`);
  }
});

test('the table has the host, a row a strategy and no colour in a pipe', () => {
  const { stdout, stderr, status } = mapbench(['run', ...short, '-s', 'rwx', '-s', 'memfd']);
  assert.equal(status, 0);
  assert.ok(stdout.includes(os.release()));
  assert.match(stdout, /rwx .*\[.* [nµ]s\b.*\]/);
  assert.match(stdout, /memfd .*dual/);
  assert.ok(!stdout.includes('\x1b'));
  assert.ok(stdout.split('\n').every((line) => line.length <= 80));
  assert.ok(stderr.split('\n').length <= 4, stderr);
});

test('cache maintenance is refused where no program does any', { skip: process.arch === 'arm64' }, () => {
  const { status, stdout } = mapbench(['run', ...short, '-s', 'memfd', '--icache', 'always']);
  assert.equal(status, 4);
  assert.match(
    stdout,
    /--icache always is of AArch64, whose caches are maintained\s+by the program; leave it out here/,
  );
});

test('ffi and the other layouts measure too', () => {
  const { document } = runJson(['-s', 'memfd', 'naive', '--engine', 'ffi', '--layout', 'kernel']);
  assert.deepEqual(
    document.cases.map(({ id, status }) => `${id} ${status}`),
    ['memfd/pages=4/layout=kernel/engine=ffi measured', 'naive/pages=4/layout=kernel/engine=ffi measured'],
  );
});

test('the same seed gives the same order of forks', () => {
  const order = (seed: string) => {
    const { document } = runJson(['-s', 'rwx,memfd,reuse,naive', '--seed', seed]);
    const forks = document.cases.flatMap(({ forks, strategy }) =>
      forks.map(({ pid }) => ({ pid, strategy })),
    );
    return forks.sort((a, b) => a.pid - b.pid).map(({ strategy }) => strategy);
  };
  assert.deepEqual(order('3'), order('3'));
});

test('a crash costs its own case only', async () => {
  const { child, output, ended } = startMapbench([
    'run',
    '-s',
    'rwx,memfd',
    '--forks',
    '1',
    '--time',
    '700',
    '--seed',
    '1',
  ]);
  const pid = await waitFor('the first fork', () => childrenOf(child.pid ?? 0)[0]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  process.kill(pid, 'SIGSEGV');
  assert.equal(await ended, 1);
  assert.match(output.stdout, /^(rwx|memfd): failed: killed by SIGSEGV \(signal 11\)/m);
  assert.match(output.stdout, /^ *(rwx|memfd) .*\[/m);
});

test('SIGINT prints what was measured, leaves nothing behind and exits 130', async () => {
  const folder = mkdtempSync(join(os.tmpdir(), 'mapbench-sigint-'));
  const file = join(folder, 'result.json');
  const { child, output, ended } = startMapbench([
    'run',
    '-s',
    'shm_open',
    '--forks',
    '50',
    '--time',
    '100',
    '-o',
    file,
  ]);
  await waitFor('the second round', () => (existsSync(file) ? true : undefined));
  const forks = childrenOf(child.pid ?? 0);
  child.kill('SIGINT');
  assert.equal(await ended, 130);
  assert.match(output.stdout, /shm_open .*\[/);
  assert.ok(forks.every((pid) => !existsSync(`/proc/${pid}`)));
  await sharedMemoryIsGone();
  const document = parseDocument(readFileSync(file, 'utf8'), file);
  assert.equal(document.interrupted, true);
  rmSync(folder, { recursive: true });
});

test('forks die with a parent that is killed', async () => {
  const { child, ended } = startMapbench(['run', '-s', 'rwx', '--forks', '1', '--time', '60000']);
  const pid = await waitFor('the fork', () => childrenOf(child.pid ?? 0)[0]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill('SIGKILL');
  await ended;
  await waitFor('the fork to end', () => (existsSync(`/proc/${pid}`) ? undefined : true), 5);
});
