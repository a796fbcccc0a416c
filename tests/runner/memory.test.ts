import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocument } from '../../src/results/parse.ts';
import { parseSmaps } from '../../src/system/smaps.ts';
import { mapbench, withHugePages } from '../support/mapbench.ts';

/** What live modules of strategies weigh, by strategy. */
function weighed(...options: string[]) {
  const { stdout, stderr } = mapbench([
    ...['run', '--memory', '--forks', '1', '--time', '1', '--format', 'json'],
    ...options,
  ]);
  const { cases } = parseDocument(stdout, 'standard output');
  const measured = cases.filter((each) => each.status === 'measured');
  return { stderr, memory: new Map(measured.map((each) => [each.strategy, each])) };
}

const KiB = 1024;

test('a live module weighs what its program says, to the byte', () => {
  const { memory, stderr } = weighed('-s', 'naive,reuse_shared,memfd,memfd_view,publish2,pool_fixed');
  const expected: Record<string, readonly number[]> = {
    // resident, shared memory, mappings, descriptors, reserved; in KiB and numbers.
    naive: [16, 0, 1, 0, 16],
    reuse_shared: [16, 16, 1, 0, 16],
    memfd: [16, 16, 2, 1, 32],
    memfd_view: [16, 16, 2, 1, 32],
    publish2: [16, 0, 2, 0, 20],
    pool_fixed: [16, 0, 1, 0, 16],
  };
  for (const [name, figures] of Object.entries(expected)) {
    const found = memory.get(name)?.memory;
    assert.ok(found !== undefined, `${name}: ${stderr}`);
    const { resident, shared, mappings, descriptors, reserved, left, pageTables, modules } = found;
    assert.deepEqual([resident / KiB, shared / KiB, mappings, descriptors, reserved / KiB], figures, name);
    assert.deepEqual(left, { resident: 0, mappings: 0, descriptors: 0 }, name);
    // An entry of 8 bytes a page of every mapping; tables are whole pages, which modules share.
    assert.ok(pageTables >= 0 && pageTables * modules <= 4 * 4096, `${name}: ${pageTables}`);
  }
});

test('a child of a fork keeps private code, which its parent copies page by page; shared code changes under it', () => {
  const { memory } = weighed('-s', 'rwx,reuse,memfd,naive');
  const afterFork = (name: string) => memory.get(name)?.memory?.afterFork;
  assert.deepEqual(
    ['rwx', 'reuse', 'memfd', 'naive'].map((name) => [afterFork(name)?.child, afterFork(name)?.faults]),
    [
      ['own', 4],
      ['own', 4],
      ['changed', 0],
      // Of its module nothing is left by the time of the fork.
      ['absent', 0],
    ],
  );
});

test('two views of a huge page are one page', (t) => {
  const restorePool = withHugePages();
  if (restorePool === undefined) return t.skip('the huge page pool cannot be filled');
  try {
    const memory = weighed('-s', 'memfd_hugetlb').memory.get('memfd_hugetlb')?.memory;
    assert.deepEqual([memory?.resident, memory?.mappings], [2048 * KiB, 2]);
  } finally {
    restorePool();
  }
});

test('code that can only be executed is looked at, too', () => {
  assert.equal(weighed('-s', 'reuse_xonly').memory.get('reuse_xonly')?.memory?.afterFork?.child, 'own');
});

test('a module of more pages weighs as much more', () => {
  const { memory } = weighed('-s', 'rwx', '--pages', '33');
  assert.equal(memory.get('rwx')?.memory?.resident, 33 * 4 * KiB);
});

test('what cannot live beside others is not weighed, and says why', () => {
  const { memory } = weighed('-s', 'memfd_oop');
  assert.match(memory.get('memfd_oop')?.noMemory ?? '', /its writer is a process/);
  const { stdout } = mapbench(['run', '-s', 'memfd_oop,rwx', '--memory', '--forks', '1', '--time', '1']);
  assert.match(stdout, /^a live module +resident .*VMAs/m);
  assert.match(stdout, /^memfd_oop: not weighed: its writer is a process/m);
});

test('mappings of /proc/<pid>/smaps with what they hold', () => {
  const text = `7f0000000000-7f0000004000 r-xs 00000000 00:01 12   /memfd:mapbench (deleted)
Size:                 16 kB
Rss:                  16 kB
Pss:                   8 kB
VmFlags: rd ex sh
7f0000200000-7f0000400000 rw-p 00000000 00:0f 1   /anon_hugepage (deleted)
Pss:                   0 kB
Private_Hugetlb:    2048 kB
`;
  assert.deepEqual(
    parseSmaps(text).map(({ start, end, path, inode, proportional, huge }) => [
      end - start,
      ...[path, inode, proportional, huge],
    ]),
    [
      [16 * KiB, '/memfd:mapbench (deleted)', 12, 8 * KiB, 0],
      [2048 * KiB, '/anon_hugepage (deleted)', 1, 0, 2048 * KiB],
    ],
  );
});
