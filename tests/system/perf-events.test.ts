import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyPolicies } from '../../src/policies/apply.ts';
import { Counters } from '../../src/runner/counters.ts';
import { MAP, PROT } from '../../src/system/constants.ts';
import { rusage, usageIn } from '../../src/system/counters.ts';
import { allowedCpus } from '../../src/system/cpus.ts';
import { pageSize } from '../../src/system/memory.ts';
import {
  type PerfEventName,
  perfEventAttributes,
  perfEventFor,
  perfEventNames,
  perfPolicy,
  perfReadingBytes,
  perfReadingIn,
  scaledCount,
  selfModifyingCodeEvent,
  whyNotOpened,
} from '../../src/system/perf-events.ts';
import { systemCallNumber } from '../../src/system/syscalls.ts';
import { type MeasuredProcess, type Operation, systemCall } from '../../src/target/measured-process.ts';
import { refuse } from '../support/seccomp.ts';
import { architecture, withStub } from '../support/stub.ts';
import { touchesOf } from './fresh-pages.ts';

const software: readonly string[] = ['page-faults', 'context-switches', 'cpu-migrations'];
const policy = { paranoid: 2, hasPmu: true };
const [EPERM, ENOENT, EACCES, EINVAL, EMFILE, ENOSYS, EOPNOTSUPP, ETIMEDOUT] = [
  1, 2, 13, 22, 24, 38, 95, 110,
];

/** Has the target count an event of itself; a negative errno where the kernel refuses. */
async function openEvent(target: MeasuredProcess, name: PerfEventName): Promise<number> {
  const event = perfEventFor(name);
  assert.ok(typeof event !== 'string');
  using memory = target.allocate(128);
  memory.bytes.set(perfEventAttributes(event));
  return systemCall(target, 'perf_event_open', memory.address, 0, -1, -1, 0);
}

/**
 * What the target counts of events around operations, and of faults; skips the test where the kernel refuses.
 */
async function countAround(
  t: { skip(message: string): void },
  names: readonly PerfEventName[],
  operationsOf: (target: MeasuredProcess) => Promise<readonly Operation[]>,
): Promise<{ counts: number[]; minorFaults: number } | undefined> {
  return withStub(async (target) => {
    const fds: number[] = [];
    for (const name of names) fds.push(await openEvent(target, name));
    const refused = fds.findIndex((fd) => fd < 0);
    if (refused >= 0) {
      t.skip(whyNotOpened(names[refused] as PerfEventName, -(fds[refused] ?? 0), perfPolicy()));
      return undefined;
    }
    using memory = target.allocate(2048);
    const read = (at: number): Operation[] => [
      { call: 'getrusage', args: [rusage.thread, memory.address + at] },
      ...fds.map(
        (fd, index): Operation => ({
          call: 'read',
          args: [fd, memory.address + at + 256 + 64 * index, perfReadingBytes],
        }),
      ),
    ];
    const results = await target.run([...read(0), ...(await operationsOf(target)), ...read(1024)]);
    assert.ok(results.every((result) => result >= -ETIMEDOUT));
    const at = (offset: number) => memory.bytes.subarray(offset);
    return {
      counts: fds.map((_, index) => {
        const reading = (offset: number) => perfReadingIn(at(offset + 256 + 64 * index));
        return scaledCount(reading(1024), reading(0)) ?? 0;
      }),
      minorFaults: usageIn(at(1024)).minorFaults - usageIn(at(0)).minorFaults,
    };
  });
}

test('each fresh page that is touched is a page fault, and nothing else is', async (t) => {
  const counted = await countAround(t, ['page-faults'], (target) => touchesOf(target, 16));
  if (counted !== undefined) assert.deepEqual(counted, { counts: [16], minorFaults: 16 });
});

test('pages filled inside mmap are faults of the thread, but not page faults of perf', async (t) => {
  const flags = MAP.MAP_SHARED | MAP.MAP_ANONYMOUS | MAP.MAP_POPULATE;
  const prot = PROT.PROT_READ | PROT.PROT_WRITE;
  const counted = await countAround(t, ['page-faults'], async () => [
    { call: 'mmap', args: [0, 16 * pageSize(), prot, flags, -1, 0] },
  ]);
  if (counted !== undefined) assert.deepEqual(counted, { counts: [0], minorFaults: 16 });
});

test('waits and moves of the thread are counted', async (t) => {
  const counted = await countAround(t, ['context-switches', 'cpu-migrations'], async (target) => {
    // A word at which the futex waits, the struct timespec of its timeout, and a mask for each CPU.
    const memory = target.allocate(64 + 128 * allowedCpus().length);
    new BigInt64Array(memory.bytes.buffer, memory.bytes.byteOffset, 8)[3] = 1_000_000n;
    const args = [memory.address, 0, 0, memory.address + 16];
    const waits = Array.from({ length: 5 }, (): Operation => ({ call: 'futex', args, mayFail: true }));
    const moves = allowedCpus().map((cpu, index): Operation => {
      memory.bytes[64 + 128 * index + (cpu >> 3)] = 1 << (cpu & 7);
      return { call: 'sched_setaffinity', args: [0, 128, memory.address + 64 + 128 * index] };
    });
    return [...waits, ...moves];
  });
  if (counted === undefined) return;
  const [switches = 0, migrations = 0] = counted.counts;
  assert.ok(switches >= 5, `${switches} switches`);
  assert.ok(migrations >= allowedCpus().length - 1, `${migrations} migrations`);
});

test('a counter of the processor either counts or says in a sentence why not', (t) =>
  withStub(async (target) => {
    const counters = await Counters.open(target, 0, 'thread');
    const { before, after } = counters.surroundings();
    await target.run([...before, { call: 'getpid', args: [] }, ...after]);
    const counts = counters.inner(1);
    const { missing } = counters.report();
    for (const name of perfEventNames.filter((each) => !software.includes(each))) {
      t.diagnostic(`${name}: ${missing[name] ?? counts[name]}`);
      if (missing[name] !== undefined) assert.match(missing[name], /^[^\n.]{10,}[^\n]*[^.\n]$/);
      else if (name === 'instructions-user') assert.ok((counts[name] ?? 0) > 0);
      else assert.ok(counts[name] !== undefined);
    }
    await counters[Symbol.asyncDispose]();
  }));

test('a mean is over the samples that had a counter, and the others are counted', () =>
  withStub(async (target) => {
    const counters = await Counters.open(target, 0, 'process');
    counters.keep({ 'cycles-user': 10, minorFaults: 1 });
    counters.keep({ minorFaults: 3 });
    const { perIteration, samples, gaps } = counters.report();
    assert.deepEqual(perIteration, { 'cycles-user': 10, minorFaults: 2 });
    assert.deepEqual({ samples, gaps }, { samples: 2, gaps: { 'cycles-user': 1 } });
    await counters[Symbol.asyncDispose]();
  }));

for (const errno of [EPERM, ENOSYS])
  test(`errno ${errno} of a filter is told for every counter`, () =>
    withStub(async (target) => {
      const number = systemCallNumber(architecture, 'perf_event_open');
      await refuse(target, { number, args: {}, errno });
      const { missing } = (await Counters.open(target, 0, 'thread')).report();
      const name = 'cycles-user';
      assert.equal(missing[name], whyNotOpened(name, errno, perfPolicy()));
    }));

test('a user without privilege is told of perf_event_paranoid', (t) =>
  withStub(async (target) => {
    if (process.getuid?.() !== 0) return t.skip('only root can become nobody');
    await applyPolicies(target, 'unprivileged');
    const result = await openEvent(target, 'page-faults');
    if (result >= 0) return t.skip('every user may count here');
    assert.match(
      whyNotOpened('page-faults', -result, perfPolicy()),
      /^kernel\.perf_event_paranoid is \d; sysctl -w /,
    );
  }));

test('every refusal has a sentence with the way out', () => {
  const why = (name: PerfEventName, errno: number, changes = {}) =>
    whyNotOpened(name, errno, { ...policy, ...changes });
  assert.equal(
    why('cycles-kernel', EACCES),
    'kernel.perf_event_paranoid is 2; sysctl -w kernel.perf_event_paranoid=1 (at 2, user mode only)',
  );
  assert.equal(
    why('cycles-user', EACCES, { paranoid: 4 }),
    'kernel.perf_event_paranoid is 4; sysctl -w kernel.perf_event_paranoid=2',
  );
  assert.match(why('cycles-user', EACCES), /^a security module /);
  assert.match(why('page-faults', EACCES, { paranoid: undefined }), /^a security module /);
  assert.match(why('cycles-user', EPERM), /^a seccomp filter .*seccomp=unconfined$/);
  assert.match(why('cycles-user', EPERM, { paranoid: 4 }), /^a seccomp filter .*perf_event_paranoid is 4/);
  assert.match(why('cycles-user', ENOSYS), /CONFIG_PERF_EVENTS$/);
  // Without a PMU no privilege helps.
  for (const errno of [ENOENT, EOPNOTSUPP, EACCES, EPERM]) {
    assert.match(why('itlb-load-misses', errno, { hasPmu: false }), /^no PMU here; .*bare metal$/);
  }
  for (const errno of [ENOENT, EOPNOTSUPP, EINVAL]) {
    assert.match(why('itlb-load-misses', errno), /^this CPU has no such event \(E[A-Z]+\)$/);
    assert.match(why('page-faults', errno, { hasPmu: false }), /^this kernel has no such event \(E[A-Z]+\)$/);
  }
  assert.match(why('cycles-user', EMFILE), /ulimit -n$/);
  assert.match(why('cycles-user', 4), /^perf_event_open failed: EINTR /);
});

test('attributes lie where the kernel looks for them', () => {
  const view = (bytes: Uint8Array) => new DataView(bytes.buffer);
  const user = view(perfEventAttributes({ type: 4, config: 0x04c3, mode: 'user' }));
  assert.deepEqual(
    [user.byteLength, user.getUint32(0, true), user.getUint32(4, true), user.getBigUint64(8, true)],
    [64, 4, 64, 0x04c3n],
  );
  assert.equal(user.getBigUint64(32, true), 3n);
  // exclude_kernel, exclude_hv
  assert.equal(user.getBigUint64(40, true), 0b110_0000n);
  // exclude_user, exclude_hv
  const kernel = view(perfEventAttributes({ type: 0, config: 0, mode: 'kernel' }));
  assert.equal(kernel.getBigUint64(40, true), 0b101_0000n);
});

test('counts are scaled to the time that the event was enabled', () => {
  const earlier = { count: 100, enabled: 1000, running: 1000 };
  assert.equal(scaledCount(earlier), 100);
  assert.equal(scaledCount({ count: 150, enabled: 2000, running: 1500 }, earlier), 100);
  assert.equal(scaledCount({ count: 100, enabled: 2000, running: 1000 }, earlier), undefined);
  assert.equal(scaledCount({ count: 0, enabled: 0, running: 0 }), 0);
});

test('self-modifying code is another event on small Intel cores and unknown on others', () => {
  const intel = 'processor\t: 0\nvendor_id\t: GenuineIntel\n';
  assert.equal(selfModifyingCodeEvent(intel, 'skylake'), 0x04c3);
  assert.equal(selfModifyingCodeEvent(intel, ''), 0x04c3);
  assert.equal(selfModifyingCodeEvent(intel, 'goldmont_plus'), 0x01c3);
  assert.equal(selfModifyingCodeEvent('vendor_id\t: AuthenticAMD\n', ''), undefined);
  assert.equal(selfModifyingCodeEvent('CPU implementer\t: 0x41\n', ''), undefined);
});
