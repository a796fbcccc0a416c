import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hostArchitecture, systemCallNumber } from '../../src/system/syscalls.ts';
import { count } from '../robustness/counts.ts';
import { bin, sharedMemoryIsGone } from '../support/mapbench.ts';
import type { Refusal } from '../support/seccomp.ts';
import { asNobody, cannotBeNobody, cannotMount } from '../support/tools.ts';

const architecture = hostArchitecture() ?? 'x64';
const project = join(import.meta.dirname, '../..');
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

const number = (name: 'mmap' | 'mprotect' | 'memfd_create' | 'unlinkat') =>
  systemCallNumber(architecture, name);

/** A refusal, the strategy it hits, and what the user reads. */
const refusals: [Refusal, string, RegExp][] = [
  [
    { number: number('mprotect'), args: { 1: length, 2: 5 }, errno: 13 },
    'reuse',
    /^reuse: unavailable: mprotect: EACCES \(permission denied\) in step 4: a seccomp filter or PR_SET_MDWE forbids it; a dual mapping/m,
  ],
  [
    { number: number('mprotect'), args: { 1: length, 2: 3 }, errno: 12 },
    'reuse_shared',
    /^reuse_shared: unavailable: mprotect: ENOMEM \(cannot allocate memory\) in step 2: 172 KiB are within all limits \(.*vm\.max_map_count \d+ of \d+\); a seccomp filter may refuse it$/m,
  ],
  [
    { number: number('memfd_create'), args: { 1: 1 }, errno: 38 },
    'memfd',
    /^memfd: unavailable: memfd_create: ENOSYS \(function not implemented\) in step 1: this kernel, or a sandbox/m,
  ],
  // PROT_NONE, MAP_SHARED | MAP_ANONYMOUS
  [
    { number: number('mmap'), args: { 2: 0, 3: 33 }, errno: 12 },
    'reuse',
    /^reuse: unavailable: mmap: ENOMEM \(cannot allocate memory\) for the guards of step 1: \d+ KiB are within all limits/m,
  ],
  [
    { number: number('memfd_create'), args: {}, errno: 38 },
    'reuse',
    /^reuse: unavailable: memfd_create: ENOSYS \(function not implemented\): .*; allow it in the seccomp filter$/m,
  ],
  [
    { number: number('memfd_create'), args: {}, errno: 1 },
    'memfd',
    /^memfd: unavailable: memfd_create: EPERM \(operation not permitted\): a seccomp filter or another policy forbids it; allow/m,
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

const limits: [what: string, prlimit: string, parameters: readonly string[], sentence: RegExp][] = [
  [
    'the size of files',
    '--fsize=1048576',
    ['memfd', '--pages', '300'],
    /^memfd: unavailable: ftruncate: EFBIG \(file too large\) in step 2: RLIMIT_FSIZE is 1 MiB, 1\.2 MiB needed; ulimit -f raises it$/m,
  ],
  [
    'open files',
    '--nofile=200',
    ['memfd', '--workload', 'tenancy'],
    /^memfd: unavailable: memfd_create: EMFILE \(too many open files\) in step 1: RLIMIT_NOFILE is 200: \d+ used, 1 more needed; ulimit -n raises it$/m,
  ],
];

for (const [what, limit, parameters, sentence] of limits) {
  test(`a limit of ${what} is named with both figures, and the strategy is unavailable`, () => {
    const command = [limit, process.execPath, bin, 'run', '--forks', '1', '--time', '5', '-s', ...parameters];
    const { status, stdout, stderr } = spawnSync('prlimit', command, { encoding: 'utf8', env: wide });
    assert.match(stdout, sentence, stderr);
    assert.equal(status, 4);
    count('faults', 'a limit reached, with the sentence that tells it');
  });
}

const mounts: [what: string, mount: string, parameters: readonly string[], sentence: RegExp][] = [
  [
    'a /dev/shm that is too small',
    'size=4k t /dev/shm',
    ['shm_open', 'tmpfile'],
    /^shm_open: unavailable: \/dev\/shm has 4 KiB of room, 16 KiB needed; mount -o remount,size=64M \/dev\/shm \(docker run --shm-size 64m\)\ntmpfile: unavailable: \/dev\/shm has 4 KiB/m,
  ],
  [
    'a /dev/shm that is too small for the ffi engine',
    'size=4k t /dev/shm',
    ['shm_open', '--engine', 'ffi'],
    /^shm_open: unavailable: \/dev\/shm has 4 KiB of room, 16 KiB needed; mount/m,
  ],
  [
    'a /dev/shm that is too small for all modules',
    'size=4m t /dev/shm',
    ['tmpfile', '--workload', 'tenancy'],
    /^tmpfile: unavailable: \/dev\/shm has 4 MiB of room, 62\.5 MiB needed; mount -o remount,size=128M/m,
  ],
  [
    'a /tmp that is full while a file is written',
    'size=4k t /tmp',
    ['image_ro'],
    /^image_ro: unavailable: pwrite_module: ENOSPC \(no space left on device\) in step 3: \/tmp has 0 bytes of room, 16 KiB needed; set TMPDIR/m,
  ],
  [
    'a /dev/shm without inodes',
    'nr_inodes=1 t /dev/shm',
    ['shm_open'],
    /^shm_open: unavailable: shm_open: ENOSPC .*: \/dev\/shm has no free inodes; mount -o remount,nr_inodes=1M \/dev\/shm$/m,
  ],
  [
    'a /tmp that is mounted noexec',
    'noexec t /tmp',
    ['image_private', 'image_ro'],
    /^image_private: unavailable: mprotect: EACCES .*: \/tmp is mounted noexec; set TMPDIR to a folder of another mount, or mount -o remount,exec \/tmp\nimage_ro: unavailable: mmap: EPERM .*: \/tmp is mounted noexec; set TMPDIR/m,
  ],
  [
    'a /dev/shm that is mounted noexec',
    'noexec t /dev/shm',
    ['shm_open'],
    /^shm_open: unavailable: mmap: EPERM .*: \/dev\/shm is mounted noexec; mount -o remount,exec \/dev\/shm$/m,
  ],
  [
    'a /dev/shm that is read-only',
    'ro t /dev/shm',
    ['tmpfile'],
    /^tmpfile: unavailable: openat: EROFS .*: \/dev\/shm is mounted read-only; mount -o remount,rw \/dev\/shm$/m,
  ],
];

/** Shell that mounts a tmpfs over a folder; where the project lies in it, it is there again afterwards. */
function mounting(mount: string): string {
  const back = `mkdir -p ${project} && mount --no-canonicalize --bind . ${project}`;
  return `cd ${project}; mount -t tmpfs -o ${mount}; [ -e ${bin} ] || { ${back}; };`;
}

for (const [what, mount, parameters, sentence] of mounts) {
  test(`${what} is named with what helps`, { skip: cannotMount() }, () => {
    const script = `${mounting(mount)} exec "$@"`;
    const command = [process.execPath, bin, 'run', '--forks', '1', '--time', '5', '-s', ...parameters];
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['--mount', 'sh', '-c', script, 'sh', ...command],
      {
        encoding: 'utf8',
        env: { ...wide, TMPDIR: undefined },
      },
    );
    assert.match(stdout, sentence, stderr);
    assert.equal(status, 4);
    count('faults', 'a file system that refuses, with the sentence that tells it');
  });
}

test('where /tmp is mounted noexec, TMPDIR is a folder that helps', { skip: cannotMount() }, () => {
  const script = `${mounting('noexec t /tmp')} exec "$@"`;
  const command = [process.execPath, bin, 'run', '--forks', '1', '--time', '5', '-s', 'image_private'];
  const { status, stdout, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', script, 'sh', ...command], {
    encoding: 'utf8',
    env: { ...wide, TMPDIR: '/dev/shm' },
  });
  assert.match(stdout, /^image_private +\[/m, stderr);
  assert.equal(status, 0);
});

test('where no file in memory can be run, the stub is in /tmp; mounted noexec, that is named', {
  skip: cannotMount() || (!existsSync('/proc/sys/vm/memfd_noexec') && 'of Linux 6.3'),
}, () => {
  const own = ['--pid', '--fork', '--mount-proc', 'sh', '-c'];
  const run = (before: string) => {
    const script = `echo 2 >/proc/sys/vm/memfd_noexec; ${before} exec "$@"`;
    const command = [process.execPath, bin, 'run', '--forks', '1', '--time', '5', '-s', 'reuse'];
    return spawnSync('unshare', [...own, script, 'sh', ...command], {
      encoding: 'utf8',
      env: { ...wide, TMPDIR: undefined },
    });
  };
  assert.match(run('').stdout, /^reuse +\[/m);
  assert.match(
    run(mounting('noexec t /tmp')).stdout,
    /^reuse: unavailable: the measured process cannot be started: posix_spawn: EACCES .*: \/tmp is mounted noexec; set TMPDIR/m,
  );
});
