import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countBefore, explainEnd } from '../../src/runner/process-end.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import type { Refused } from '../../src/system/limits.ts';
import { fakeFiles } from '../support/fake-files.ts';

const roomy = { bytes: 2 ** 40, files: 100 };

function host(texts: Record<string, string>, room: ReturnType<Refused['roomOf']> = roomy): Refused {
  return { pid: 'self', files: fakeFiles(texts), roomOf: () => room };
}

/** Of 4 pages, set up twice. */
function program(name: string) {
  const found = findStrategy(name);
  assert.ok(found);
  return { ...programOf(found, { pages: 4, pageSize: 4096 }), instances: 2 };
}

/** Why a process that ran a strategy ended by a signal on a host that was `before`, and is `after`. */
function end(signal: NodeJS.Signals, strategy: string, after: Refused, before = host({})) {
  return explainEnd(signal, [program(strategy)], countBefore(before), after);
}

const mounts = { '/proc/self/mounts': 'd / ext4 rw 0 0\nt /dev/shm tmpfs rw 0 0' };

test('SIGBUS is a file system without room for all copies of the file', () => {
  const shm = { bytes: 20 * 1024, files: null };
  assert.equal(
    end('SIGBUS', 'shm_open', host(mounts, shm)),
    '/dev/shm has 20 KiB of room, 32 KiB needed; mount -o remount,size=64M /dev/shm (docker run --shm-size 64m)',
  );
  assert.equal(end('SIGBUS', 'shm_open', host(mounts)), undefined);
  assert.equal(end('SIGBUS', 'reuse', host(mounts, shm)), undefined);
});

const pool = (free: string) => ({
  '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages': '8',
  '/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages': free,
});

test('SIGBUS is a limit of huge pages, or an empty pool', () => {
  for (const strategy of ['hugetlb', 'memfd_hugetlb']) {
    const limited = {
      ...pool('8'),
      '/proc/self/cgroup': '3:hugetlb:/box',
      '/sys/fs/cgroup/hugetlb/box/hugetlb.2MB.limit_in_bytes': '2097152',
      '/sys/fs/cgroup/hugetlb/box/hugetlb.2MB.usage_in_bytes': '0',
    };
    assert.equal(
      end('SIGBUS', strategy, host(limited)),
      '/sys/fs/cgroup/hugetlb/box/hugetlb.2MB.limit_in_bytes is 2 MiB, 4 MiB needed; raise it, or run in another group',
    );
    assert.match(
      end('SIGBUS', strategy, host(pool('1'))) ?? '',
      /^the huge page pool has 1 of 8 pages free, 2 needed;/,
    );
    assert.equal(end('SIGBUS', strategy, host(pool('8'))), undefined);
  }
});

test('SIGBUS is what may be committed', () => {
  const meminfo = 'CommitLimit: 64 kB\nCommitted_AS: 48 kB';
  const committed = host({ '/proc/sys/vm/overcommit_memory': '2', '/proc/meminfo': meminfo });
  assert.match(
    end('SIGBUS', 'memfd', committed) ?? '',
    /^CommitLimit .* is 64 KiB: 48 KiB used, 32 KiB more needed;/,
  );
});

test('SIGKILL is the limit of a group in which the kernel has ended a process meanwhile', () => {
  const two = (kills: number) =>
    host({
      '/proc/self/cgroup': '0::/a/b',
      '/proc/vmstat': `oom_kill ${kills}`,
      '/sys/fs/cgroup/a/b/memory.max': 'max',
      '/sys/fs/cgroup/a/b/memory.events': `oom 9\noom_kill ${kills}\noom_group_kill 0`,
      '/sys/fs/cgroup/a/memory.max': '65536',
      '/sys/fs/cgroup/a/memory.current': '61440',
    });
  assert.equal(
    end('SIGKILL', 'memfd', two(2), two(1)),
    '/sys/fs/cgroup/a/memory.max is 64 KiB: 60 KiB used, 32 KiB more needed; raise it (docker run --memory, systemd MemoryMax=)',
  );
  assert.equal(end('SIGKILL', 'memfd', two(1), two(1)), undefined);
  const one = (kills: number) =>
    host({
      '/proc/self/cgroup': '4:memory:/a',
      '/sys/fs/cgroup/memory/a/memory.limit_in_bytes': '65536',
      '/sys/fs/cgroup/memory/a/memory.oom_control': `oom_kill_disable 0\nunder_oom 0\noom_kill ${kills}`,
    });
  assert.match(
    end('SIGKILL', 'memfd', one(1), one(0)) ?? '',
    /memory\.limit_in_bytes is 64 KiB, 32 KiB needed;/,
  );
});

test('SIGKILL is the memory of the host', () => {
  const all = (kills: number) =>
    host({ '/proc/vmstat': `pgfault 1\noom_kill ${kills}`, '/proc/meminfo': 'MemTotal: 8 kB' });
  assert.match(end('SIGKILL', 'memfd', all(1), all(0)) ?? '', /^MemTotal is 8 KiB, 32 KiB needed;/);
});

test('SIGXCPU is a limit of CPU time, SIGSYS a filter; a fault of the code is not the host’s', () => {
  const limits = { '/proc/self/limits': `${'Max cpu time'.padEnd(26)}3   4   seconds` };
  assert.match(end('SIGXCPU', 'memfd', host(limits)) ?? '', /^RLIMIT_CPU is 3 s, /);
  const used = (seconds: number) =>
    host({ ...limits, '/proc/self/stat': `7 (a) b) S 1 2 3 4 5 6 7 8 9 10 11 12 ${seconds * 100} 0 20` });
  assert.match(end('SIGKILL', 'memfd', used(9), used(5)) ?? '', /^RLIMIT_CPU is 4 s, /);
  assert.equal(end('SIGKILL', 'memfd', used(8), used(5)), undefined);
  assert.match(end('SIGSYS', 'memfd', host({})) ?? '', /^a seccomp filter/);
  assert.equal(end('SIGSEGV', 'memfd', host({})), undefined);
});
