import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAP, PROT } from '../../src/system/constants.ts';
import { callLibc } from '../../src/system/libc.ts';
import { countMappings } from '../../src/system/maps.ts';
import { pageSize } from '../../src/system/page-size.ts';

test('a mapping split in three counts as two more', () => {
  // Mapped anew for each try: the engine maps and unmaps on threads of its own.
  const growths = Array.from({ length: 5 }, () => {
    const flags = MAP.MAP_SHARED | MAP.MAP_ANONYMOUS;
    const address = callLibc('mmap', 0, 3 * pageSize(), PROT.PROT_READ, flags, -1, 0);
    const before = countMappings();
    callLibc('mprotect', address + pageSize(), pageSize(), PROT.PROT_NONE);
    const growth = countMappings() - before;
    callLibc('munmap', address, 3 * pageSize());
    return growth;
  });
  assert.ok(growths.includes(2), growths.join());
});
