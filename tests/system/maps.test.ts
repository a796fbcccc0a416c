import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counters } from '../../src/runner/counters.ts';
import { MAP, PROT } from '../../src/system/constants.ts';
import { pageSize, parseMaps } from '../../src/system/memory.ts';
import { systemCall } from '../../src/target/measured-process.ts';
import { withStub } from '../support/stub.ts';

test('a mapping split in three counts as two more', () =>
  withStub(async (target) => {
    const counters = await Counters.open(target, 0, 'process');
    const flags = MAP.MAP_SHARED | MAP.MAP_ANONYMOUS;
    const address = await systemCall(target, 'mmap', 0, 3 * pageSize(), PROT.PROT_READ, flags, -1, 0);
    const before = await counters.mappings();
    await systemCall(target, 'mprotect', address + pageSize(), pageSize(), PROT.PROT_NONE);
    assert.equal((await counters.mappings()) - before, 2);
  }));

test('a line of maps: addresses, permissions, offset, a path with blanks', () => {
  assert.deepEqual(parseMaps('7f01000-7f03000 r-xs 00005000 00:01 42    /memfd:a b (deleted)\n'), [
    { start: 0x7f01000, end: 0x7f03000, permissions: 'r-xs', offset: 0x5000, path: '/memfd:a b (deleted)' },
  ]);
});
