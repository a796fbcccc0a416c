import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { allowedCpus, withAllowedCpus } from '../../src/system/affinity.ts';
import { MAP, PROT } from '../../src/system/constants.ts';
import { callLibc } from '../../src/system/libc.ts';
import { pageSize } from '../../src/system/page-size.ts';
import {
  openPerfEvents,
  type PerfEventName,
  perfEventAttributes,
  perfEventNames,
  scaledCount,
  selfModifyingCodeEvent,
  whyNotOpened,
} from '../../src/system/perf-events.ts';
import { threadUsage } from '../../src/system/rusage.ts';
import { leastGrowth, sleep } from './fresh-pages.ts';

const software = ['page-faults', 'context-switches', 'cpu-migrations'] as const;
const policy = { paranoid: 2, hasPmu: true };
const [EPERM, ENOENT, EACCES, EINVAL, EMFILE, ENOSYS, EOPNOTSUPP] = [1, 2, 13, 22, 24, 38, 95];

/** Runs `body` with counters of these events, or skips the test where the system refuses them. */
function withEvents(
  t: { skip(message: string): void },
  names: readonly PerfEventName[],
  body: (events: ReturnType<typeof openPerfEvents>) => void,
) {
  const events = openPerfEvents(names);
  try {
    if (events.opened.length === names.length) body(events);
    else t.skip(Object.values(events.missing).join('; '));
  } finally {
    events.close();
  }
}

test('each fresh page that is touched is a page fault', (t) => {
  withEvents(t, ['page-faults'], (events) => {
    assert.equal(
      leastGrowth(16, 100, () => events.read()['page-faults'] ?? 0),
      16,
    );
  });
});

test('pages filled inside mmap are faults of the thread, but not page faults of perf', (t) => {
  withEvents(t, ['page-faults'], (events) => {
    const flags = MAP.MAP_SHARED | MAP.MAP_ANONYMOUS | MAP.MAP_POPULATE;
    const length = 16 * pageSize();
    const growths = Array.from({ length: 100 }, () => {
      const [usage, perf] = [threadUsage().minorFaults, events.read()['page-faults'] ?? 0];
      const address = callLibc('mmap', 0, length, PROT.PROT_READ | PROT.PROT_WRITE, flags, -1, 0);
      const growth = [threadUsage().minorFaults - usage, (events.read()['page-faults'] ?? 0) - perf];
      callLibc('munmap', address, length);
      return growth;
    });
    assert.equal(Math.min(...growths.map(([usage = 0]) => usage)), 16);
    assert.equal(Math.min(...growths.map(([, perf = 0]) => perf)), 0);
  });
});

test('waits and moves of the thread are counted', (t) => {
  withEvents(t, ['context-switches', 'cpu-migrations'], (events) => {
    const before = events.read();
    for (let index = 0; index < 5; index++) sleep(5);
    for (const cpu of allowedCpus()) withAllowedCpus([cpu], () => {});
    const after = events.read();
    const growth = (name: PerfEventName) => (after[name] ?? 0) - (before[name] ?? 0);
    assert.ok(growth('context-switches') >= 5);
    assert.ok(growth('cpu-migrations') >= allowedCpus().length - 1);
  });
});

test('counters count only while they are enabled', (t) => {
  const events = openPerfEvents(['page-faults'], false);
  try {
    if (events.opened.length === 0) return t.skip(events.missing['page-faults']);
    const count = () => events.read()['page-faults'] ?? 0;
    leastGrowth(64, 1, count);
    assert.equal(count(), 0);
    events.enable();
    assert.ok(leastGrowth(64, 1, count) >= 64);
    events.disable();
    assert.equal(leastGrowth(64, 1, count), 0);
  } finally {
    events.close();
  }
});

test('an event either counts or says in a sentence why not', (t) => {
  const events = openPerfEvents(perfEventNames);
  let sum = 0;
  for (let index = 0; index < 1e6; index++) sum += Math.sqrt(index);
  assert.ok(sum > 0);
  const counts = events.read();
  for (const name of perfEventNames) {
    const reason = events.missing[name];
    t.diagnostic(`${name}: ${reason ?? counts[name]}`);
    if (reason === undefined) assert.ok(events.opened.includes(name));
    else assert.match(reason, /^[^\n.]{10,}[^\n]*[^.\n]$/);
    if (reason === undefined && name === 'instructions-user') assert.ok((counts[name] ?? 0) > 1e6);
  }
  events.close();
  assert.deepEqual(events.read(), {});
  events.close();
});

test('a user without privilege is told of perf_event_paranoid, one under a filter of seccomp', (t) => {
  if (openPerfEvents(software).opened.length === 0) return t.skip('this user may not count even now');
  const path = (name: string) => JSON.stringify(join(import.meta.dirname, '../..', name));
  const missing = (before: string, names: readonly PerfEventName[]) => {
    const script = `
      import { openPerfEvents } from ${path('src/system/perf-events.ts')};
      import { refuse } from ${path('tests/support/seccomp.ts')};
      ${before};
      console.log(JSON.stringify(openPerfEvents(${JSON.stringify(names)}).missing));`;
    const parameters = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const { stdout, stderr } = spawnSync(process.execPath, parameters, { encoding: 'utf8' });
    assert.notEqual(stdout, '', stderr);
    return JSON.parse(stdout);
  };
  const number = process.arch === 'x64' ? 298 : 241;
  const filter = (errno: number) => `refuse({ number: ${number}, args: {}, errno: ${errno} })`;
  assert.match(missing(filter(EPERM), ['page-faults'])['page-faults'], /^a seccomp filter /);
  assert.match(missing(filter(ENOSYS), ['page-faults'])['page-faults'], /^the kernel is built without/);
  if (process.getuid?.() !== 0) return;
  const asNobody = missing('process.setuid(65534)', ['page-faults'])['page-faults'];
  if (asNobody !== undefined) assert.match(asNobody, /^kernel\.perf_event_paranoid is \d; sysctl -w /);
});

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
  const user = view(perfEventAttributes({ type: 4, config: 0x04c3, mode: 'user' }, false));
  assert.deepEqual(
    [user.byteLength, user.getUint32(0, true), user.getUint32(4, true), user.getBigUint64(8, true)],
    [64, 4, 64, 0x04c3n],
  );
  assert.equal(user.getBigUint64(32, true), 3n);
  // disabled, exclude_kernel, exclude_hv
  assert.equal(user.getBigUint64(40, true), 0b110_0001n);
  // exclude_user, exclude_hv
  const kernel = view(perfEventAttributes({ type: 0, config: 0, mode: 'kernel' }, true));
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
