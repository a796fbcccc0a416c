import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseVmstat, vmstatNames } from '../../src/system/counters.ts';
import { withStub } from '../support/stub.ts';
import { touchesOf } from './fresh-pages.ts';

const text = `nr_free_pages 2812354
pgfault 352852212
pgmajfault 8
pgreuse 5281894
thp_fault_alloc 95
thp_fault_alloc_failed 1
nr_tlb_remote_flush_received 4
`;

test('the lines asked for are picked, and what the kernel does not count is absent', () => {
  assert.deepEqual(parseVmstat(text, vmstatNames), {
    pgfault: 352852212,
    pgreuse: 5281894,
    thp_fault_alloc: 95,
  });
  assert.deepEqual(parseVmstat(text, ['pgreuse']), { pgreuse: 5281894 });
  assert.deepEqual(parseVmstat('', vmstatNames), {});
});

test('the file of this kernel counts the faults of a process too', (t) =>
  withStub(async (target) => {
    const touches = await touchesOf(target, 64);
    const read = async () => parseVmstat((await target.readText('/proc/vmstat')) ?? '', ['pgfault']);
    const before = await read();
    if (before.pgfault === undefined) return t.skip('no /proc/vmstat');
    assert.deepEqual(Object.keys(before), ['pgfault']);
    await target.run(touches);
    assert.ok(((await read()).pgfault ?? 0) - before.pgfault >= 64);
  }));
