import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Follower } from '../../src/observe/follow.ts';
import { StraceReader } from '../../src/observe/strace-lines.ts';

/** What is seen of lines of strace, without thread and time; a number in front is another thread's. */
function seenOf(text: string) {
  const reader = new StraceReader();
  const follower = new Follower(4096);
  let time = 1;
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    const [, thread = '7', call = ''] = /^(?:(\d+) )?(.*)$/.exec(line) ?? [];
    time += 0.001;
    for (const event of reader.line(`${thread} ${time.toFixed(6)} ${call}`)) follower.event(event);
  }
  assert.equal(reader.unread, 0);
  const { rows, ...rest } = follower.end();
  const told = rows
    .filter(({ isLoader }) => !isLoader)
    .map(({ shape, origin, loads, memories, bytes, calls, sizes, threads }) => ({
      ...{ ...shape, origin, loads, memories, bytes },
      ...{ calls: Object.fromEntries(calls), sizes: Object.fromEntries(sizes), threads: threads.size },
    }));
  return { ...rest, rows: told, loader: rows.filter(({ isLoader }) => isLoader) };
}

const rw = (from: string, length = 16384) => `mprotect(${from}, ${length}, 0x3) = 0`;
const rx = (from: string, length = 16384) => `mprotect(${from}, ${length}, 0x5) = 0`;

test('two mappings of one memfd are one memory with two views', () => {
  const { rows } = seenOf(`
    memfd_create(""..., 0x1) = 3</memfd:jit>(deleted)
    ftruncate(3</memfd:jit>(deleted), 16384) = 0
    mmap(NULL, 16384, 0x5, 0x1, 3</memfd:jit>(deleted), 0) = 0x10000
    mmap(NULL, 16384, 0x3, 0x1, 3</memfd:jit>(deleted), 0) = 0x20000
  `);
  assert.equal(rows.length, 1);
  assert.equal(rows[0]?.backing, 'memfd');
  assert.equal(rows[0]?.state, 'r-x + rw-');
  assert.equal(rows[0]?.memories, 1);
  assert.equal(rows[0]?.bytes, 16384);
});

test('two memfds of one name are two', () => {
  const both = ['0x10000', '0x30000'].map(
    (address) => `memfd_create(""..., 0x1) = 3</memfd:jit>(deleted)
    mmap(NULL, 16384, 0x5, 0x1, 3</memfd:jit>(deleted), 0) = ${address}`,
  );
  const { rows } = seenOf(`${both.join('\n')}
    mmap(NULL, 16384, 0x3, 0x1, 3</memfd:jit>(deleted), 0) = 0x50000`);
  assert.deepEqual(
    rows.map(({ state, memories }) => [state, memories]),
    [
      ['r-x + rw-', 1],
      ['r-x', 1],
    ],
  );
});

test('a file that is opened twice is one, and one that is made anew is another', () => {
  const states = (path: string, flags: string) =>
    seenOf(`
      openat(-100</>, "/x", 0xc2, 0600) = 3<${path}>
      mmap(NULL, 4096, 0x5, 0x1, 3<${path}>, 0) = 0x10000
      openat(-100</>, "/x", ${flags}, 0600) = 4<${path}>
      mmap(NULL, 4096, 0x3, 0x1, 4<${path}>, 0) = 0x20000`).rows.map(({ state }) => state);
  assert.deepEqual(states('/dev/shm/jit', '0x2'), ['r-x + rw-']);
  assert.deepEqual(states('/dev/shm/jit', '0xc2'), ['r-x']);
});

test('loads of the same pages are counted by the calls that make them writable and executable', () => {
  const { rows } = seenOf(`mmap(NULL, 16384, 0, 0x22, -1, 0) = 0x10000
    ${[1, 2, 3].map(() => `${rw('0x10000')}\n${rx('0x10000')}`).join('\n')}`);
  assert.deepEqual(rows, [
    {
      ...{ backing: 'private memory', traits: [], kind: 'repeated', state: 'r-x' },
      ...{ steps: ['mprotect rw-', 'mprotect r-x'], origin: ['mmap ---'] },
      ...{ loads: 3, memories: 1, bytes: 16384, calls: { mmap: 1, mprotect: 6 } },
      ...{ sizes: { 16384: 3 }, threads: 1 },
    },
  ]);
});

test('code that grows in one mapping is one memory: each part has a life of its own', () => {
  const parts = ['0x10000', '0x11000', '0x12000'].map((part) => `${rw(part, 4096)}\n${rx(part, 4096)}`);
  const { rows } = seenOf(`mmap(NULL, 65536, 0, 0x22, -1, 0) = 0x10000\n${parts.join('\n')}`);
  assert.equal(rows.length, 1);
  assert.equal(rows[0]?.kind, 'kept');
  assert.deepEqual([rows[0]?.memories, rows[0]?.bytes, rows[0]?.loads], [1, 3 * 4096, 3]);
});

test('a call over several lives is one call', () => {
  const { rows } = seenOf(`mmap(NULL, 16384, 0, 0x22, -1, 0) = 0x10000
    ${[1, 2].map(() => `${rw('0x10000', 4096)}\n${rw('0x11000', 4096)}\n${rx('0x10000', 8192)}`).join('\n')}`);
  assert.deepEqual(rows[0]?.steps, ['mprotect rw-', 'mprotect r-x (more)']);
  assert.deepEqual(rows[0]?.calls, { mmap: 1, mprotect: 6 });
  assert.equal(rows[0]?.loads, 2);
});

test('a mapping whose ends are cut away, and one that is mapped over, are given back', () => {
  const { rows } = seenOf(`
    mmap(NULL, 16384, 0x3, 0x22, -1, 0) = 0x10000
    ${rx('0x10000')}
    munmap(0x10000, 8192) = 0
    mmap(0x12000, 8192, 0, 0x32, -1, 0) = 0x12000
  `);
  assert.deepEqual(rows.map(({ steps, bytes }) => [steps.at(-1), bytes]).sort(), [
    ['mmap over gone (less)', 8192],
    ['munmap gone (less)', 8192],
  ]);
});

test('memory that moves keeps its life', () => {
  const { rows } = seenOf(`
    mmap(NULL, 4096, 0x3, 0x22, -1, 0) = 0x10000
    ${rx('0x10000', 4096)}
    mremap(0x10000, 4096, 4096, 0x3, 0x50000) = 0x50000
    ${rw('0x50000', 4096)}
    ${rx('0x50000', 4096)}
  `);
  assert.equal(rows.length, 1);
  assert.equal(rows[0]?.memories, 1);
});

test('after fork private memory is another; the child’s writes do not make the parent’s code writable', () => {
  const { rows } = seenOf(`
    mmap(NULL, 4096, 0x3, 0x22, -1, 0) = 0x10000
    ${rx('0x10000', 4096)}
    clone(child_stack=NULL, flags=0x1200000|17, child_tidptr=0x7f) = 8
    8 ${rw('0x10000', 4096)}
    8 ${rx('0x10000', 4096)}
    8 +++ exited with 0 +++
  `);
  assert.deepEqual(
    rows.map(({ steps, memories }) => [steps, memories]),
    [
      [['mprotect rw-', 'mprotect r-x'], 1],
      [['mmap rw-', 'mprotect r-x'], 1],
    ],
  );
});

test('a thread shares what is mapped, and is counted', () => {
  const { rows, threads } = seenOf(`
    mmap(NULL, 4096, 0, 0x22, -1, 0) = 0x10000
    clone(child_stack=0x9000, flags=0x3d0f00, child_tidptr=0x7f) = 8
    8 ${rw('0x10000', 4096)}
    8 ${rx('0x10000', 4096)}
    ${rw('0x10000', 4096)}
    ${rx('0x10000', 4096)}
  `);
  assert.equal(threads, 2);
  assert.deepEqual([rows[0]?.threads, rows[0]?.loads], [2, 2]);
});

test('a writer in another process is told from one of the own', () => {
  const { rows } = seenOf(`
    memfd_create(""..., 0x1) = 3</memfd:jit>(deleted)
    mmap(NULL, 4096, 0x5, 0x1, 3</memfd:jit>(deleted), 0) = 0x10000
    clone(child_stack=NULL, flags=0x1200000|17, child_tidptr=0x7f) = 8
    8 mmap(NULL, 4096, 0x2, 0x1, 3</memfd:jit>(deleted), 0) = 0x20000
  `);
  assert.equal(rows[0]?.state, 'r-x + rw- in another process');
});

test('execve begins with nothing', () => {
  const { rows } = seenOf(`
    mmap(NULL, 4096, 0x7, 0x22, -1, 0) = 0x10000
    execve("/bin/true", [...], 0x7ff) = 0
    mmap(NULL, 4096, 0x3, 0x22, -1, 0) = 0x10000
  `);
  assert.deepEqual(
    rows.map(({ state }) => state),
    ['rwx'],
  );
});

test('memory that is never executable is no region, nor what is reserved and never written', () => {
  const { rows, calls } = seenOf(`
    mmap(NULL, 4096, 0x3, 0x22, -1, 0) = 0x10000
    mprotect(0x10000, 4096, 0x1) = 0
    mmap(NULL, 4096, 0x5, 0x22, -1, 0) = 0x20000
  `);
  assert.deepEqual(rows, []);
  assert.deepEqual(
    [...calls],
    [
      ['mmap', 2],
      ['mprotect', 1],
    ],
  );
});

test('a loader’s code is counted apart, unless the program made the file or writes to it', () => {
  const mapped = (open: string) =>
    seenOf(`
    openat(-100</>, "/lib/a.so", ${open}) = 3</lib/a.so>
    mmap(NULL, 8192, 0x1, 0x802, 3</lib/a.so>, 0) = 0x10000
    mmap(0x10000, 4096, 0x5, 0x812, 3</lib/a.so>, 0) = 0x10000`);
  const loaded = mapped('0x80000');
  assert.deepEqual([loaded.rows.length, loaded.loader.length], [0, 1]);
  const made = mapped('0x42');
  assert.deepEqual([made.rows.length, made.loader.length], [1, 0]);
});

test('memory that the kernel mapped is known when it is first changed', () => {
  const { rows } = seenOf(`${rw('0x400000', 4096)}\n${rx('0x400000', 4096)}`);
  assert.equal(rows[0]?.backing, 'unknown memory');
});

test('failures are counted apart', () => {
  const { failed, calls } = seenOf('mprotect(0x1000, 4096, 0x7) = -1 EACCES (Permission denied)');
  assert.deepEqual([...failed], [['mprotect', 1]]);
  assert.equal(calls.size, 0);
});
