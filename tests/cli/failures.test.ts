import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { hostArchitecture } from '../../src/system/architecture.ts';
import { systemCallNumber } from '../../src/system/syscalls.ts';
import { count } from '../robustness/counts.ts';
import { bin, sharedMemoryIsGone } from '../support/mapbench.ts';
import type { Refusal } from '../support/seccomp.ts';
import { asNobody, cannotBeNobody } from '../support/tools.ts';

const architecture = hostArchitecture() ?? 'x64';
const underFilter = join(import.meta.dirname, '../support/under-filter.ts');
// A size that nothing else maps: V8 itself flips 37 pages for the text of the longest module.
const pages = 43;
const length = pages * 4096;
// Reasons on one line each.
const wide = { ...process.env, COLUMNS: '1000' };
const run = ['run', '--pages', String(pages), '--forks', '1', '--time', '20', '-s'];

function runRefused(refusal: Refusal, strategy: string) {
  const parameters = ['--import', 'tsx', underFilter, JSON.stringify(refusal), ...run, strategy];
  return spawnSync(process.execPath, parameters, { encoding: 'utf8', env: wide });
}

const number = (name: 'mprotect' | 'memfd_create' | 'unlinkat') => systemCallNumber(architecture, name);

/** A refusal, the strategy it hits, and what the user reads. */
const refusals: [Refusal, string, RegExp][] = [
  [
    { number: number('mprotect'), args: { 1: length, 2: 5 }, errno: 13 },
    'reuse',
    /^reuse: unavailable: mprotect: EACCES \(permission denied\) in step 4: a policy forbids it/m,
  ],
  [
    { number: number('mprotect'), args: { 1: length, 2: 3 }, errno: 12 },
    'reuse_shared',
    /^reuse_shared: unavailable: mprotect: ENOMEM \(cannot allocate memory\) in step 2: memory, the address space limit/m,
  ],
  [
    { number: number('memfd_create'), args: { 1: 1 }, errno: 38 },
    'memfd',
    /^memfd: unavailable: memfd_create: ENOSYS \(function not implemented\) in step 1: this kernel, or a sandbox/m,
  ],
  [
    { number: number('unlinkat'), args: {}, errno: 1 },
    'shm_open',
    /^shm_open: unavailable: shm_unlink: EPERM \(operation not permitted\) in step 2: a seccomp filter/m,
  ],
];

for (const [refusal, strategy, sentence] of refusals) {
  test(`${strategy} that is refused a system call says which, why and what helps`, async () => {
    const { status, stdout, stderr } = runRefused(refusal, strategy);
    assert.match(stdout, sentence, stderr);
    assert.equal(status, 4);
    count('faults', 'a system call of a strategy refused, with the sentence that tells it');
    await sharedMemoryIsGone();
  });
}

test('a limit of locked memory is named with both figures', (t) => {
  // Root may lock what it likes: the limit is for nobody (65534).
  const [setpriv, ...user] = asNobody;
  const limit = ['prlimit', '--memlock=65536:65536'];
  const parameters = ['run', '--pages', '32', '--forks', '1', '--time', '20', '-s', 'reuse_lock'];
  const reason = cannotBeNobody();
  if (reason) return t.skip(reason);
  const { status, stdout, stderr } = spawnSync(
    setpriv,
    [...user, '--bounding-set=-all', ...limit, process.execPath, bin, ...parameters],
    { encoding: 'utf8', env: wide },
  );
  assert.ok(
    stdout.includes(
      'reuse_lock: unavailable: mmap: EAGAIN (resource temporarily unavailable) in step 1: RLIMIT_MEMLOCK is 64 KiB, 128 KiB needed',
    ),
    stdout + stderr,
  );
  assert.equal(status, 4);
});
