import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PerfReader } from '../../src/observe/perf-lines.ts';

const head = '     a b:c   540/541    2112.5: ';

function read(...texts: readonly string[]) {
  const reader = new PerfReader();
  return { events: texts.flatMap((text) => reader.line(head + text)), lost: reader.lost };
}

test('a call is what its two tracepoints tell, with the path of what it maps executable', () => {
  const { events } = read(
    '        syscalls:sys_enter_mmap: addr: 0x00000000, len: 0x00004000, prot: 0x00000005, flags: 0x00000001, fd: 0x00000003, off: 0x00001000',
    'PERF_RECORD_MMAP2 540/541: [0x7f0e8d91d000(0x4000) @ 0 00:01 392741 3627106883]: r-xs /memfd:mapbench (deleted)',
    '         syscalls:sys_exit_mmap: 0x7f0e8d91d000',
  );
  assert.deepEqual(events, [
    {
      ...{ kind: 'call', thread: 541, time: 2112.5, name: 'mmap', result: 0x7f0e8d91d000 },
      args: [0, 0x4000, 5, 1, 3, 0x1000],
      file: { fd: 3, path: '/memfd:mapbench', isDeleted: true },
    },
  ]);
});

test('memory without a file has no descriptor, of 32 bits or 64', () => {
  for (const fd of ['0xffffffff', '0xffffffffffffffff']) {
    const { events } = read(
      `syscalls:sys_enter_mmap: addr: 0x0, len: 0x1000, prot: 0x0, flags: 0x21, fd: ${fd}, off: 0x0`,
      'syscalls:sys_exit_mmap: 0x7f0e8d91c000',
    );
    const [call] = events;
    assert.ok(call?.kind === 'call');
    assert.equal(call.args[4], -1);
    assert.equal(call.file, undefined);
  }
});

test('a negative result is a failure', () => {
  const { events } = read(
    'syscalls:sys_enter_mprotect: start: 0x1000, len: 0x1000, prot: 0x7',
    'syscalls:sys_exit_mprotect: 0xfffffffffffffff3',
  );
  assert.deepEqual(events, [{ kind: 'failed', thread: 541, time: 2112.5, name: 'mprotect' }]);
});

test('threads share a space, processes do not; ends; lost events', () => {
  const { events, lost } = read(
    'PERF_RECORD_FORK(540:542):(540:541)',
    'PERF_RECORD_FORK(543:543):(540:541)',
    'PERF_RECORD_EXIT(543:543):(540:541)',
    'PERF_RECORD_LOST lost 12',
  );
  assert.deepEqual(events, [
    { kind: 'start', time: 2112.5, thread: 542, parent: 541, flags: 0x100 },
    { kind: 'start', time: 2112.5, thread: 543, parent: 541, flags: 0 },
    { kind: 'end', time: 2112.5, thread: 543 },
  ]);
  assert.equal(lost, 12);
});

test('the command begins within its execve', () => {
  assert.deepEqual(
    read('syscalls:sys_exit_execve: 0x0').events.map((event) => event.kind === 'call' && event.name),
    ['execve'],
  );
});
