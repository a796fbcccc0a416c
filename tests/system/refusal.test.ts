import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Refused } from '../../src/system/limits.ts';
import { explainRefusal, type Refusal } from '../../src/system/refusal.ts';
import { fakeFiles } from '../support/fake-files.ts';

const MiB = 2 ** 20;
const [EPERM, EACCES] = [1, 13];
const [EAGAIN, ENOMEM, EINVAL, ENFILE, EMFILE, EFBIG, ENOSPC] = [11, 12, 22, 23, 24, 27, 28];
const [MAP_PRIVATE, MAP_LOCKED, MAP_HUGETLB] = [2, 0x2000, 0x40000];
const [READ, WRITE, EXEC] = [1, 2, 4];
const noRoom = { bytes: 4096, files: 100 };

function refused(texts: Record<string, string>, room: ReturnType<Refused['roomOf']> = noRoom): Refused {
  return { pid: 7, files: fakeFiles(texts), roomOf: () => room };
}

/** A line of /proc/<pid>/limits. */
const soft = (name: string, value: number) => ({
  '/proc/7/limits': `${name.padEnd(26)}${value}   unlimited   units`,
});
const status = (text: string) => ({ '/proc/7/status': text });
const maps = (count: number) => ({ '/proc/7/maps': '1000-2000 r--p 0 0:0 0\n'.repeat(count) });

const mapping = { call: 'mmap', errno: ENOMEM, bytes: 4 * MiB, prot: READ | WRITE, map: MAP_PRIVATE };
const meminfo = (limit: number, used: number) => ({
  '/proc/meminfo': `MemTotal: 1024 kB\nSwapTotal: 0 kB\nCommitLimit: ${limit} kB\nCommitted_AS: ${used} kB`,
});

const explained: [what: string, refusal: Refusal, process: Refused, sentence: string][] = [
  [
    'the address space',
    mapping,
    refused({ ...soft('Max address space', 64 * MiB), ...status('VmSize:\t 62464 kB') }),
    'RLIMIT_AS is 64 MiB: 61 MiB used, 4 MiB more needed; ulimit -v raises it',
  ],
  [
    'data',
    mapping,
    refused({ ...soft('Max data size', 2 * MiB), ...status('VmData:\t 128 kB') }),
    'RLIMIT_DATA is 2 MiB: 128 KiB used, 4 MiB more needed; ulimit -d raises it',
  ],
  [
    'locked memory',
    { ...mapping, errno: EAGAIN, map: MAP_PRIVATE | MAP_LOCKED },
    refused({ ...soft('Max locked memory', 65536), ...status('VmLck:\t 0 kB') }),
    'RLIMIT_MEMLOCK is 64 KiB, 4 MiB needed; ulimit -l or CAP_IPC_LOCK raises it',
  ],
  [
    'mappings',
    { call: 'mprotect', errno: ENOMEM, bytes: 4096, prot: READ },
    refused({ '/proc/sys/vm/max_map_count': '60', ...maps(60) }),
    'vm.max_map_count is 60: 60 used, 1 more needed; sysctl -w vm.max_map_count=240',
  ],
  [
    'what may be committed',
    mapping,
    refused({ '/proc/sys/vm/overcommit_memory': '2', ...meminfo(8192, 7168) }),
    'CommitLimit (vm.overcommit_memory=2) is 8 MiB: 7 MiB used, 4 MiB more needed; sysctl -w vm.overcommit_memory=1 lifts it',
  ],
  [
    'memory and swap',
    mapping,
    refused({ '/proc/sys/vm/overcommit_memory': '0', ...meminfo(1, 1) }),
    'memory with swap (vm.overcommit_memory=0) is 1 MiB, 4 MiB needed; sysctl -w vm.overcommit_memory=1 lifts it',
  ],
  [
    'no limit that is reached',
    mapping,
    refused({ '/proc/sys/vm/max_map_count': '60', ...maps(6), ...status('Seccomp:\t2') }),
    '4 MiB are within all limits (vm.max_map_count 6 of 60); a seccomp filter may refuse it',
  ],
  [
    'reservations of huge pages',
    { ...mapping, map: MAP_PRIVATE | MAP_HUGETLB },
    refused({
      '/proc/7/cgroup': '0::/a/b',
      '/sys/fs/cgroup/a/hugetlb.2MB.rsvd.max': '2097152',
      '/sys/fs/cgroup/a/hugetlb.2MB.rsvd.current': '0',
      '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages': '8',
      '/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages': '8',
    }),
    '/sys/fs/cgroup/a/hugetlb.2MB.rsvd.max is 2 MiB, 4 MiB needed; raise it, or run in another group',
  ],
  [
    'open files',
    { call: 'openat', errno: EMFILE },
    refused({ ...soft('Max open files', 1), '/proc/7/fd/0': '' }),
    'RLIMIT_NOFILE is 1: 1 used, 1 more needed; ulimit -n raises it',
  ],
  [
    'open files, of which some were closed since',
    { call: 'open', errno: EMFILE },
    refused(soft('Max open files', 64)),
    'RLIMIT_NOFILE is 64; ulimit -n raises it',
  ],
  [
    'open files, where not even the limit can be read',
    { call: 'open', errno: EMFILE },
    refused({}),
    'RLIMIT_NOFILE is reached; ulimit -n raises it',
  ],
  [
    'open files of all',
    { call: 'openat', errno: ENFILE },
    refused({ '/proc/sys/fs/file-nr': '10\t0\t10' }),
    'fs.file-max is 10: 10 used, 1 more needed; sysctl -w fs.file-max=40',
  ],
  [
    'the size of files',
    { call: 'ftruncate', errno: EFBIG, bytes: MiB },
    refused(soft('Max file size', 8192)),
    'RLIMIT_FSIZE is 8 KiB, 1 MiB needed; ulimit -f raises it',
  ],
  [
    'threads of a user',
    { call: 'clone', errno: EAGAIN },
    refused({
      ...soft('Max processes', 5),
      ...status('Uid:\t9\t9\t9\t9\nThreads:\t2'),
      '/proc/8/status': 'Uid:\t9\t9\t9\t9\nThreads:\t3',
      '/proc/9/status': 'Uid:\t0\t0\t0\t0\nThreads:\t90',
    }),
    'RLIMIT_NPROC is 5: 5 used, 1 more needed; ulimit -u raises it',
  ],
  [
    'threads of a group',
    { call: 'posix_spawn', errno: EAGAIN },
    refused({
      '/proc/7/cgroup': '8:pids:/box',
      '/sys/fs/cgroup/pids/box/pids.max': '20',
      '/sys/fs/cgroup/pids/box/pids.current': '20',
    }),
    '/sys/fs/cgroup/pids/box/pids.max is 20: 20 used, 1 more needed; raise it (docker run --pids-limit, systemd TasksMax=)',
  ],
  [
    'threads of all',
    { call: 'clone', errno: EAGAIN },
    refused({ '/proc/loadavg': '1 1 1 2/99 7', '/proc/sys/kernel/threads-max': '99' }),
    'kernel.threads-max is 99: 99 used, 1 more needed; sysctl -w kernel.threads-max=396',
  ],
  [
    'what forbids executable memory: PR_SET_MDWE where nothing else is there',
    { call: 'mprotect', errno: EACCES, prot: EXEC },
    refused({}),
    'PR_SET_MDWE forbids it; a dual mapping as memfd may be allowed',
  ],
  [
    'what forbids executable memory: SELinux',
    { call: 'mprotect', errno: EACCES, prot: EXEC },
    refused({ '/sys/fs/selinux/enforce': '1' }),
    'SELinux (execmem) or PR_SET_MDWE forbids it; a dual mapping as memfd may be allowed',
  ],
  [
    'what forbids executable memory: a filter, as of systemd',
    { call: 'mprotect', errno: EPERM, prot: EXEC },
    refused(status('Seccomp:\t2')),
    'a seccomp filter forbids executable memory; a dual mapping as memfd may be allowed',
  ],
  [
    'protection keys of a processor that has them',
    { call: 'pkey_alloc', errno: ENOSPC },
    refused({ '/proc/cpuinfo': 'flags\t\t: fpu pku ospke' }),
    'all protection keys of the process are taken (x86-64 has 15, AArch64 7); use one key for all modules',
  ],
  [
    'protection keys that cannot take execution away',
    { call: 'pkey_alloc', errno: EINVAL },
    refused({ '/proc/cpuinfo': 'flags\t\t: fpu pku ospke' }),
    'keys of x86-64 cannot take execution away; take pkey_rwx, or run on AArch64 with POE',
  ],
];

for (const [what, refusal, process, sentence] of explained)
  test(`a refusal names ${what}`, () => assert.equal(explainRefusal(refusal, process), sentence));
