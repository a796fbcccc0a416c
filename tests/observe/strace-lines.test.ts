import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StraceReader, splitArguments } from '../../src/observe/strace-lines.ts';
import type { TraceEvent } from '../../src/observe/trace-event.ts';

function read(...lines: readonly string[]): { readonly events: TraceEvent[]; readonly unread: number } {
  const reader = new StraceReader();
  return { events: lines.flatMap((line) => reader.line(line)), unread: reader.unread };
}

test('a call: numbers, flags, the file behind its descriptor, the address that it gives', () => {
  const { events } = read(
    '7 10.5 mmap(0x7f0e8d91d000, 16384, 0x5, 0x1, 3</memfd:a, b>(deleted), 0x1000) = 0x7f0e8d91d000',
  );
  assert.deepEqual(events, [
    {
      ...{ kind: 'call', thread: 7, time: 10.5, name: 'mmap', result: 0x7f0e8d91d000 },
      args: [0x7f0e8d91d000, 16384, 5, 1, 3, 0x1000],
      file: { fd: 3, path: '/memfd:a, b', isDeleted: true },
    },
  ]);
});

test('newer versions write (deleted) inside of the brackets', () => {
  const [event] = read('7 1.0 ftruncate(4</dev/shm/x (deleted)>, 4096) = 0').events;
  assert.deepEqual(event?.kind === 'call' && event.file, { fd: 4, path: '/dev/shm/x', isDeleted: true });
});

test('what a call opens is told by its result; the folder that it starts from is no file of it', () => {
  const [event] = read('7 1.0 openat(-100</tmp>, "/tmp", 0x20490002, 0600) = 5</tmp/#12>(deleted)').events;
  assert.ok(event?.kind === 'call');
  assert.equal(event.file, undefined);
  assert.deepEqual(event.opened, { fd: 5, path: '/tmp/#12', isDeleted: true });
  assert.deepEqual(event.args.slice(2), [0x20490002, 0o600]);
});

test('a call that fails changed nothing', () => {
  const { events } = read('7 1.0 mmap(NULL, 4096, 0x7, 0x22, -1, 0) = -1 EACCES (Permission denied)');
  assert.deepEqual(events, [{ kind: 'failed', thread: 7, time: 1, name: 'mmap' }]);
});

test('a call that other threads interrupt is one call, when it ends', () => {
  const { events, unread } = read(
    '7 1.0 mprotect(0x1000, 4096, 0x3 <unfinished ...>',
    '8 1.1 munmap(0x9000, 4096)            = 0',
    '7 1.2 <... mprotect resumed>)         = 0',
  );
  assert.equal(unread, 0);
  assert.deepEqual(
    events.map((event) => [event.thread, event.kind === 'call' && event.name, event.time]),
    [
      [8, 'munmap', 1.1],
      [7, 'mprotect', 1.2],
    ],
  );
  const last = events.at(-1);
  assert.deepEqual(last?.kind === 'call' && last.args, [0x1000, 4096, 3]);
});

test('a thread that calls before its clone has ended is the child of who clones', () => {
  const { events } = read(
    '7 1.0 execve("./a", [...], 0x7ff /* 3 vars */) = 0',
    '7 1.1 clone3({flags=0x3d0f00, child_tid=0x7f, exit_signal=0} <unfinished ...>',
    '9 1.2 mmap(NULL, 4096, 0x3, 0x22, -1, 0) = 0x5000',
    '7 1.3 <... clone3 resumed> => {parent_tid=[9]}, 88) = 9',
  );
  assert.deepEqual(
    events.map(({ kind, thread }) => [kind, thread]),
    [
      ['call', 7],
      ['start', 9],
      ['call', 9],
      ['call', 7],
    ],
  );
  assert.deepEqual(events[1], { kind: 'start', thread: 9, time: 1.2, parent: 7, flags: 0x3d0f00 });
});

test('fork is a copy of the address space, vfork shares it', () => {
  const flags = (call: string) => {
    const started = read('7 1.0 munmap(0x1000, 4096) = 0', call).events[1];
    return started?.kind === 'start' && started.flags;
  };
  assert.equal(flags('7 1.1 fork() = 8'), 0);
  assert.equal(flags('7 1.1 vfork() = 8'), 0x100);
  assert.equal(flags('7 1.1 clone(child_stack=NULL, flags=0x1200000|17, child_tidptr=0x7f) = 8'), 0x1200011);
});

test('structures tell where other calls write', () => {
  const writes = (line: string) => {
    const [event] = read(line).events;
    return event?.kind === 'call' && event.writes;
  };
  assert.deepEqual(
    writes(
      '7 1.0 ioctl(3<anon_inode:[userfaultfd]>, 0xc028aa03, {dst=0x7f0000, src=0x1000, len=0x4000, mode=0, copy=0x4000}) = 0',
    ),
    [{ start: 0x7f0000, length: 0x4000 }],
  );
  assert.deepEqual(
    writes(
      '7 1.0 process_vm_writev(9, [{iov_base=""..., iov_len=8}], 1, [{iov_base=0x7f0000, iov_len=8}], 1, 0) = 8',
    ),
    [{ start: 0x7f0000, length: 8 }],
  );
});

test('ends of threads, by a status or a signal', () => {
  const { events } = read('7 1.0 +++ exited with 3 +++', '8 1.1 +++ killed by SIGSEGV +++');
  assert.deepEqual(events, [
    { kind: 'end', thread: 7, time: 1, status: 3 },
    { kind: 'end', thread: 8, time: 1.1 },
  ]);
});

test('an execve of another thread than the first goes on as the first', () => {
  const { events, unread } = read(
    '7 1.0 munmap(0x1000, 4096) = 0',
    '7 1.1 clone3({flags=0x3d0f00, child_tid=0x7f}, 88) = 8',
    '8 1.2 execve("/bin/true", [...], 0x7ff <unfinished ...>',
    '7 1.3 +++ superseded by execve in pid 8 +++',
    '7 1.4 <... execve resumed>)             = 0',
  );
  assert.equal(unread, 0);
  assert.deepEqual(
    events.slice(-2).map((event) => [event.kind, event.thread, event.kind === 'call' && event.name]),
    [
      ['end', 8, false],
      ['call', 7, 'execve'],
    ],
  );
});

test('a call that strace has no name for was not asked for', () => {
  const { events, unread } = read('7 1.0 syscall_0x1ce(0x7f0000, 0x4000, 0, 0, 0, 0) = 0');
  assert.deepEqual([events, unread], [[], 0]);
});

test('what is no event is counted', () => {
  const { events, unread } = read('7 1.0 garbage', 'strace: Process 9 attached', '', '7 1.0 --- SIGCHLD ---');
  assert.deepEqual(events, []);
  assert.equal(unread, 2);
});

test('arguments are cut at commas outside of brackets and strings', () => {
  assert.deepEqual(splitArguments('"a,\\"b", [{x=1, y=2}], 3<f,g>, 0x1|2'), [
    ...['"a,\\"b"', '[{x=1, y=2}]', '3<f,g>', '0x1|2'],
  ]);
  assert.deepEqual(splitArguments(''), []);
});
