import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type MatrixDocument, parseMatrix } from '../../src/results/matrix.ts';
import { parseDocument } from '../../src/results/parse.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import {
  childrenOf,
  isAlive,
  mapbench,
  sharedMemoryIsGone,
  startMapbench,
  waitFor,
} from '../support/mapbench.ts';
import { cannotMount } from '../support/tools.ts';

const needsRoot = { skip: cannotMount() };

function matrixOf(parameters: string[]): MatrixDocument {
  const { stdout, status, stderr } = mapbench(['matrix', '--format', 'json', ...parameters]);
  assert.equal(status, 0, stderr);
  return parseMatrix(stdout, 'standard output');
}

/** Of each policy, whether a strategy runs. */
function outcomesOf({ rows }: MatrixDocument, strategy: string): Record<string, boolean> {
  const cells = rows.find((row) => row.strategy === strategy)?.cells ?? [];
  return Object.fromEntries(cells.map(({ policy = 'none', status }) => [policy, status === 'runs']));
}

test('under PR_SET_MDWE and MemoryDenyWriteExecute= every flip and every RWX mapping fails, and every other strategy runs', () => {
  const names = catalogue.map(({ name }) => name);
  const found = matrixOf([...names, '--policy', 'mdwe', '--policy', 'seccomp=systemd-mdwe']);
  for (const { strategy, wx, cells } of found.rows) {
    const [none, ...others] = cells;
    if (none?.status !== 'runs') continue;
    const isAllowed = wx === 'dual' || wx === 'no-write';
    for (const { status, reason, policy } of others) {
      assert.equal(status, isAllowed ? 'runs' : 'unavailable', `${strategy} under ${policy}: ${reason}`);
      if (!isAllowed) assert.match(reason ?? '', policy === 'mdwe' ? /EACCES/ : /EPERM/);
    }
  }
});

test('Docker’s filter refuses userfaultfd and lets the rest through', () => {
  const found = matrixOf(['memfd', 'reuse', 'uffd_copy', '--policy', 'seccomp=docker']);
  assert.deepEqual(outcomesOf(found, 'memfd'), { none: true, 'seccomp=docker': true });
  assert.deepEqual(outcomesOf(found, 'reuse'), { none: true, 'seccomp=docker': true });
  assert.equal(outcomesOf(found, 'uffd_copy')['seccomp=docker'], false);
});

test('a limit of locked memory counts, also for root', () => {
  const found = matrixOf(['reuse', 'reuse_lock', '--policy', 'memlock=8K', '--policy', 'memlock=64K']);
  assert.deepEqual(outcomesOf(found, 'reuse_lock'), { none: true, 'memlock=8K': false, 'memlock=64K': true });
  const [, small] = found.rows[1]?.cells ?? [];
  assert.match(small?.reason ?? '', /EAGAIN.*RLIMIT_MEMLOCK is 8 KiB, 16 KiB needed/);
  assert.deepEqual(small?.refusal, {
    of: 'call',
    errno: 'EAGAIN',
    sentence: small?.reason?.replace(' in step 1', ''),
  });
});

test('a noexec /dev/shm stops shm_open and tmpfile, a memfd stays', needsRoot, () => {
  const found = matrixOf([
    ...['memfd', 'shm_open', 'tmpfile', '--policy', 'noexec-shm'],
    ...['--policy', 'memfd-noexec=2'],
  ]);
  assert.deepEqual(outcomesOf(found, 'shm_open'), {
    none: true,
    'noexec-shm': false,
    'memfd-noexec=2': true,
  });
  assert.equal(outcomesOf(found, 'tmpfile')['noexec-shm'], false);
  assert.deepEqual(outcomesOf(found, 'memfd'), { none: true, 'noexec-shm': true, 'memfd-noexec=2': true });
});

test('a run under policies says so in its cases', needsRoot, () => {
  const policy = 'unprivileged,memlock=64K';
  const { stdout, status } = mapbench([
    ...['run', '-s', 'memfd', '--forks', '2', '--time', '10', '--format', 'json', '--policy', policy],
  ]);
  assert.equal(status, 0);
  const { cases, options } = parseDocument(stdout, 'standard output');
  assert.deepEqual(
    cases.map(({ id, policy: under }) => [id, under]),
    [['memfd/pages=4/policy=memlock=64K+unprivileged', 'memlock=64K,unprivileged']],
  );
  assert.equal(options.policy, 'memlock=64K,unprivileged');
});

test('a policy that is none ends in one sentence', () => {
  const { status, stderr } = mapbench(['matrix', 'memfd', '--policy', 'mdw']);
  assert.equal(status, 2);
  assert.match(stderr, /There is no policy mdw; the nearest is mdwe/);
});

/** Every setting that a policy is about, as the host has it. */
function settings(): Record<string, string> {
  const read = (path: string) => readFileSync(path, 'utf8');
  return {
    mounts: read('/proc/self/mountinfo'),
    noexec: read('/proc/sys/vm/memfd_noexec'),
    limits: read('/proc/self/limits'),
    namespaces: readdirSync('/proc/self/ns').join(),
  };
}

test('nothing of the host is changed, not even when mapbench is killed meanwhile', needsRoot, async () => {
  const before = settings();
  matrixOf(['memfd', 'shm_open', '--policy', 'noexec-shm,memfd-noexec=2,memlock=64K,unprivileged,mdwe']);
  assert.deepEqual(settings(), before);

  for (const policy of ['memfd-noexec=2,noexec-shm', 'noexec-shm,memlock=64K,unprivileged']) {
    const { child, ended } = startMapbench(['run', '-s', 'memfd', '--time', '20000', '--policy', policy]);
    const pid = child.pid ?? 0;
    const started = await waitFor('a child', () => childrenOf(pid)[0]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const all = [started, ...childrenOf(started)];
    child.kill('SIGKILL');
    await ended;
    await waitFor('the end of its children', () => (all.every((each) => !isAlive(each)) ? true : undefined));
    assert.deepEqual(settings(), before);
    await sharedMemoryIsGone();
  }
});
