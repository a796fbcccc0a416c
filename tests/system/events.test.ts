import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EventFiles, findEvent } from '../../src/system/events.ts';
import { perfEventAttributes } from '../../src/system/perf-events.ts';

const pmus = '/sys/bus/event_source/devices';
const tracing = '/sys/kernel/tracing/events';

/** A host with a PMU as Intel's, one of the machine, and two groups of tracepoints. */
const texts: Readonly<Record<string, string>> = {
  [`${pmus}/cpu/type`]: '4',
  [`${pmus}/cpu/format/event`]: 'config:0-7',
  [`${pmus}/cpu/format/umask`]: 'config:8-15',
  [`${pmus}/cpu/format/split`]: 'config:0-3,32-35',
  [`${pmus}/cpu/format/ldlat`]: 'config1:0-15',
  [`${pmus}/cpu/format/threshold`]: 'config2:4-7',
  [`${pmus}/cpu/events/mem-loads`]: 'event=0xcd,umask=0x1,ldlat=3',
  [`${pmus}/cpu/events/mem-loads.unit`]: 'x',
  [`${pmus}/power/type`]: '23',
  [`${pmus}/power/format/event`]: 'config:0-7',
  [`${pmus}/power/events/energy-cores`]: 'event=0x01',
  [`${tracing}/tlb/tlb_flush/id`]: '712',
  [`${tracing}/tlb/enable`]: '0',
  [`${tracing}/exceptions/page_fault_user/id`]: '98',
  [`${tracing}/exceptions/page_fault_kernel/id`]: '99',
};

function filesOf(known: Readonly<Record<string, string>>): EventFiles {
  return {
    readText: async (path) => known[path],
    list: (folder) => {
      const below = Object.keys(known).filter((path) => path.startsWith(`${folder}/`));
      return [...new Set(below.map((path) => path.slice(folder.length + 1).split('/')[0] ?? ''))];
    },
  };
}

const files = filesOf(texts);

for (const [name, expected] of [
  ['cycles', { type: 0, config: 0, mode: 'both' }],
  ['instructions:u', { type: 0, config: 1, mode: 'user' }],
  ['page-faults:k', { type: 1, config: 2, mode: 'kernel' }],
  ['faults:uk', { type: 1, config: 2, mode: 'both' }],
  ['major-faults', { type: 1, config: 6, mode: 'both' }],
  // linux/perf_event.h: cache 3 (DTLB), operation 0 (read) and result 1 (miss).
  ['dTLB-load-misses', { type: 3, config: 0x10003, mode: 'both' }],
  ['L1-dcache-stores', { type: 3, config: 0x100, mode: 'both' }],
  ['tlb:tlb_flush', { type: 2, config: 712, mode: 'both' }],
  ['exceptions:page_fault_user:k', { type: 2, config: 98, mode: 'kernel' }],
  ['cpu/event=0x85,umask=1/:k', { type: 4, config: 0x185n, mode: 'kernel' }],
  ['cpu/split=0xa5/', { type: 4, config: 0xa_0000_0005n, mode: 'both' }],
  ['cpu/config=0x1b/', { type: 4, config: 0x1bn, mode: 'both' }],
  ['cpu/event=1,threshold=2/', { type: 4, config: 1n, config2: 0x20n, mode: 'both' }],
  ['mem-loads', { type: 4, config: 0x1cdn, config1: 3n, mode: 'both' }],
  ['cpu/mem-loads,ldlat=4/', { type: 4, config: 0x1cdn, config1: 7n, mode: 'both' }],
  ['energy-cores', { type: 23, config: 1n, mode: 'both' }],
] as const) {
  test(`${name} is an event`, async () => {
    assert.deepEqual(await findEvent(name, files), expected);
  });
}

for (const [name, message] of [
  ['cycels', 'there is no event cycels here; near it: cycles, cs or faults'],
  ['tlb:tlb_flsh', 'there is no event tlb:tlb_flsh here; near it: tlb:tlb_flush'],
  [
    'exception:page_fault_user',
    'there is no event exception:page_fault_user here; near it: exceptions:page_fault_user, exceptions:page_fault_kernel or tlb:tlb_flush',
  ],
  ['gpu/event=1/', 'event gpu/event=1/: there is no PMU gpu here; near it: cpu or power'],
  ['power/umask=1/', 'event power/umask=1/: there is no term umask here; near it: event or energy-cores'],
  ['cpu/event=two/', 'event cpu/event=two/: two is no number, as 0x85'],
] as const) {
  test(`${name} is refused with what is near`, async () => {
    await assert.rejects(findEvent(name, files), { kind: 'usage', message });
  });
}

test('without tracefs no tracepoint can be seen', async () => {
  const none = filesOf({ [`${pmus}/cpu/type`]: '4' });
  await assert.rejects(findEvent('tlb:tlb_flush', none), {
    kind: 'unavailable',
    message:
      'event tlb:tlb_flush cannot be counted: no tracepoint can be read; as root, mount -t tracefs tracefs /sys/kernel/tracing',
  });
});

test('a host whose folders cannot be listed has the tracepoints whose files can be read', async () => {
  const unlisted = { ...files, list: () => [] };
  assert.equal((await findEvent('tlb:tlb_flush', unlisted)).config, 712);
});

test('what a PMU takes beside config lies where the kernel reads it', () => {
  const attributes = perfEventAttributes({ type: 23, config: 1n, config1: 7n, config2: 9n, mode: 'both' });
  const view = new DataView(attributes.buffer);
  assert.equal(attributes.length, 72);
  assert.equal(view.getUint32(4, true), 72);
  assert.deepEqual([view.getBigUint64(56, true), view.getBigUint64(64, true)], [7n, 9n]);
  // Other PMUs than the CPU's refuse exclude_hv, bit 6.
  assert.equal(view.getUint32(40, true) & (1 << 6), 0);
  const inherited = new DataView(
    perfEventAttributes({ type: 1, config: 2, mode: 'both', isInherited: true }).buffer,
  );
  assert.equal(inherited.getUint32(40, true), (1 << 1) | (1 << 6));
});
