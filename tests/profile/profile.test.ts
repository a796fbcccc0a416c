import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { treesOfSpeedscope } from '../../src/profile/formats.ts';
import type { FrameTree } from '../../src/profile/tree.ts';
import { bin, childrenOf, isAlive, isStub, mapbench, startMapbench, waitFor } from '../support/mapbench.ts';
import { asNobody, cannotBeNobody, lacking } from '../support/tools.ts';

/** Why the kernel cannot be seen here, or false. */
const cannotSee =
  lacking('perf') || (process.getuid?.() !== 0 && 'only root may be sure to see into the kernel');

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const brief = ['--duration', '700ms'];

/** Time of the functions of a name below a tree's step, ns an iteration. */
function timeIn(tree: FrameTree | undefined, step: string, name: string): number {
  const sum = (node: FrameTree): number =>
    node.name === name ? node.value : node.children.reduce((total, child) => total + sum(child), 0);
  const found = tree?.children.find((child) => child.name === step);
  return found === undefined ? 0 : sum(found);
}

test('perf sees what the kernel does in each step', { skip: cannotSee }, (t) => {
  const file = join(folderOf(t), 'all.speedscope.json');
  const TMPDIR = folderOf(t);
  const { status, stdout, stderr } = mapbench(
    ['profile', ...['naive', 'reuse_lock', 'memfd', 'rwx', ...brief, '-o', file]],
    { TMPDIR },
  );
  assert.equal(status, 0, stderr);
  assert.deepEqual(readdirSync(TMPDIR), []);
  const [naive, reuseLock, memfd, rwx] = treesOfSpeedscope(readFileSync(file, 'utf8'), file);
  assert.ok(naive && reuseLock && memfd && rwx);
  assert.ok(timeIn(naive, 'write_module', 'exc_page_fault') > 0.1 * naive.value);
  for (const step of ['mmap', 'mprotect', 'munmap'])
    assert.ok(timeIn(naive, step, 'do_syscall_64') > 0.02 * naive.value, step);
  assert.ok(timeIn(reuseLock, 'mprotect', 'populate_vma_page_range') > 0.02 * reuseLock.value);
  assert.ok(timeIn(reuseLock, 'write_module', 'exc_page_fault') < 0.01 * reuseLock.value);
  // Interrupts and other processes may come between, on a busy machine many.
  for (const tree of [memfd, rwx])
    for (const step of ['write_module', 'execute_module'])
      for (const call of ['exc_page_fault', 'do_syscall_64'])
        assert.ok(timeIn(tree, step, call) < 0.005 * tree.value, `${tree.name}: ${step}: ${call}`);
  for (const step of ['write_module', 'execute_module'])
    assert.ok(memfd.children.some(({ name }) => name === step));
  assert.match(stdout, /^reuse_lock, 4 pages: \d+ samples of \S+ in the loop/m);
  assert.match(stdout, /^write_module +[\d.]+ µs +\d+ % +\d+ % .*exc_page_fault$/m);
  assert.match(stdout, /% of the samples are perf’s own doing \(perf_event_mmap\)/);
});

test('every form of file, and a picture a strategy', { skip: cannotSee }, (t) => {
  const folder = folderOf(t);
  const files = ['a.html', 'a.svg', 'a.folded'].flatMap((name) => ['-o', join(folder, name)]);
  const { status, stderr } = mapbench(['profile', 'reuse', 'memfd', ...brief, ...files]);
  assert.equal(status, 0, stderr);
  assert.deepEqual(readdirSync(folder).sort(), ['a-memfd.svg', 'a-reuse.svg', 'a.folded', 'a.html']);
  assert.match(readFileSync(join(folder, 'a.folded'), 'utf8'), /^reuse;mprotect_\[j\];\S+ \d+$/m);
  assert.match(
    readFileSync(join(folder, 'a-reuse.svg'), 'utf8'),
    /^<svg .*<title>mprotect: [\d.]+ µs an iteration/s,
  );
});

test('--diff says what the second takes more and less', { skip: cannotSee }, (t) => {
  const file = join(folderOf(t), 'diff.svg');
  const { status, stdout } = mapbench(['profile', 'naive', 'memfd', '--diff', ...brief, '-o', file]);
  assert.equal(status, 0);
  assert.match(stdout, /^munmap +[\d.]+ µs +- +-[\d.]+ µs$/m);
  assert.match(readFileSync(file, 'utf8'), /memfd, 4 pages: .* an iteration under perf, against naive/);
});

test('a workload’s functions are what execute_module has called', { skip: cannotSee }, () => {
  const { status, stdout } = mapbench(['profile', 'memfd', '--workload', 'module', ...brief]);
  assert.equal(status, 0);
  assert.match(stdout, /^execute_module +/m);
});

const mistakes: [string[], RegExp][] = [
  [
    ['naive', '-o', 'x.png'],
    /^mapbench: x\.png: a profile is written to a file that ends in one of \.html, \.svg/,
  ],
  [
    ['naive', '-o', '/nowhere/x.svg'],
    /^mapbench: \/nowhere\/x\.svg: cannot write: the folder \/nowhere does not exist/,
  ],
  [['naive', '--diff'], /^mapbench: --diff compares two strategies, not 1; as profile reuse memfd --diff\n$/],
  [['naiv'], /^mapbench: .*naive/],
  [['naive', '--duration', '5m'], /must be from 1ms to 1h/],
];

for (const [parameters, sentence] of mistakes) {
  test(`profile ${parameters.join(' ')}: one sentence`, () => {
    const { status, stderr } = mapbench(['profile', ...parameters]);
    assert.match(stderr, sentence);
    assert.equal(status, 2);
    assert.equal(stderr.trim().split('\n').length, 1);
  });
}

test('without perf it says which package has it', (t) => {
  const folder = folderOf(t);
  symlinkSync(process.execPath, join(folder, 'node'));
  const { status, stderr } = mapbench(['profile', 'naive'], { PATH: folder });
  assert.equal(status, 2);
  assert.match(
    stderr,
    /^mapbench: profile needs perf, which is not installed; apt-get install linux-perf \(Debian\)/,
  );
});

test('where the kernel refuses perf, the setting is named', { skip: lacking('perf') }, () => {
  const underFilter = join(import.meta.dirname, '../support/under-filter.ts');
  const perfEventOpen = { number: process.arch === 'x64' ? 298 : 241, args: {}, errno: 13 };
  const parameters = [
    '--import',
    'tsx',
    underFilter,
    JSON.stringify(perfEventOpen),
    'profile',
    'naive',
    ...brief,
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, parameters, {
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '1000' },
  });
  assert.match(
    stdout,
    /^naive: failed: perf record: the kernel refuses it \(kernel\.perf_event_paranoid is -?\d+\); run as root, or sysctl -w kernel\.perf_event_paranoid=1$/m,
    stderr,
  );
  assert.equal(status, 1);
});

test('an unprivileged user is told what is missing and what helps', {
  skip: cannotSee || cannotBeNobody(),
}, () => {
  if (Number(readFileSync('/proc/sys/kernel/perf_event_paranoid', 'utf8')) < 2) return;
  const [setpriv, ...user] = asNobody;
  const { status, stdout } = spawnSync(
    setpriv,
    [...user, process.execPath, bin, 'profile', 'naive', ...brief],
    { encoding: 'utf8', cwd: '/', env: { ...process.env, HOME: '/', COLUMNS: '1000' } },
  );
  assert.match(stdout, /kernel\.perf_event_paranoid is \d|the kernel refuses it/);
  assert.match(stdout, /run as root, or sysctl -w kernel\.perf_event_paranoid=1$/m);
  assert.ok(status === 0 || status === 1);
});

test('a full disk is named, and nothing is left', { skip: cannotSee }, (t) => {
  const script = `mount -t tmpfs -o size=32k none "$1" && TMPDIR="$1" exec "$2" "$3" profile reuse ${brief.join(' ')}`;
  const parameters = ['-m', 'sh', '-c', script, 'sh', folderOf(t), process.execPath, bin];
  const { status, stdout, stderr } = spawnSync('unshare', parameters, {
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '1000' },
  });
  if (/unshare|mount/.test(stderr)) return t.skip('this sandbox lets nobody mount');
  assert.match(
    stdout,
    /^reuse: failed: perf record: no space left in \/tmp\/mapbench-test-\S+; free some, set TMPDIR/m,
  );
  assert.equal(status, 1);
});

test('a closed pipe is no error', () => {
  const { status } = spawnSync('sh', [
    '-c',
    `"${process.execPath}" "${bin}" profile memfd ${brief.join(' ')} | true`,
  ]);
  assert.equal(status, 0);
});

test('Ctrl-C ends perf and the loop, and nothing is left', { skip: lacking('perf') }, async (t) => {
  const TMPDIR = folderOf(t);
  const { child, ended } = startMapbench(['profile', 'naive', '--duration', '60s'], { TMPDIR });
  const pids = await waitFor('perf and the stub', () => {
    const own = childrenOf(child.pid ?? 0);
    const stub = own.flatMap(childrenOf).find(isStub);
    return stub === undefined ? undefined : [...own, stub];
  });
  child.kill('SIGINT');
  assert.equal(await ended, 130);
  assert.deepEqual(pids.filter(isAlive), []);
  assert.deepEqual(readdirSync(TMPDIR), []);
});
