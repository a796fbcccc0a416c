import assert from 'node:assert/strict';
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { describeProgram, stepName } from '../../src/program/describe.ts';
import { withProgram } from '../../src/program/engine.ts';
import { NativeCode } from '../../src/program/native/engine.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { MAP, PROT } from '../../src/system/constants.ts';
import { pageSize } from '../../src/system/memory.ts';
import { systemCall } from '../../src/target/measured-process.ts';
import { stampCode } from '../../src/workloads/page-starts.ts';
import { stampContent } from '../support/content.ts';
import { architecture, mapsOf, withStub } from '../support/stub.ts';
import { faultsOf, fileOf, mappingsAt, observed, pages, pagesIn, programNamed } from './observed.ts';

test('reuse_perpage splits its mapping at the first page, moves the border page by page, and leaves one', async () => {
  const seen = await observed('reuse_perpage', ({ target, places }) =>
    mappingsAt(target, places.code ?? 0, pages * pageSize()),
  );
  assert.deepEqual(seen, [
    ['rw-p 1', 'r-xp 3'],
    ['rw-p 2', 'r-xp 2'],
    ['rw-p 3', 'r-xp 1'],
    ['rw-p 4'],
    ['rw-p 4'],
    ['r-xp 4'],
    ['r-xp 4'],
  ]);
});

test('the view of memfd_view_populate has its pages before the first store, that of memfd_view has none', async () => {
  for (const [name, expected] of [
    ['memfd_view_populate', pages],
    ['memfd_view', 0],
  ] as const) {
    const [mapped] = await observed(name, async ({ target, places }) =>
      pagesIn(target, places.view ?? 0, 'Rss'),
    );
    assert.equal(mapped, expected, name);
  }
});

test('pool_bucket gives back its whole block, of which the code takes a part', async () => {
  const length = 128 * 1024;
  const seen = await observed('pool_bucket', ({ target, places }) =>
    mappingsAt(target, places.block ?? 0, length),
  );
  const all = length / pageSize();
  const running = ['r--p 1', `r-xp ${pages}`, `rw-p ${all - pages - 1}`];
  assert.deepEqual(seen, [[`rw-p ${all}`], ['r--p 1', `rw-p ${all - 1}`], running, running, [`rw-p ${all}`]]);
});

test('a block of pool_bucket is the smallest power of two with room for the code and its table', () => {
  const strategy = findStrategy('pool_bucket');
  assert.ok(strategy);
  for (const [modulePages, block] of [
    [1, '131072'],
    [31, '131072'],
    [32, '262144'],
    [511, '2097152'],
  ] as const) {
    const text = describeProgram(programOf(strategy, { pages: modulePages, pageSize: 4096 }));
    assert.match(text, new RegExp(`mprotect\\(block, ${block}, PROT_READ \\| PROT_WRITE\\)`));
  }
});

const TMPFS_MAGIC = 0x0102_1994;

test('tmpfile_disk faults again at every page that was written back to the disk', {
  skip: statfsSync(tmpdir()).type === TMPFS_MAGIC && `${tmpdir()} is no disk's`,
}, () => {
  const program = programNamed('tmpfile_disk');
  return withStub(async (target) => {
    const code = await NativeCode.load(target, { program, content: stampContent(), layout: 'guarded' });
    await withProgram(code, async (running) => {
      const faults = async () => {
        const before = faultsOf(target);
        await running.batch(10);
        return faultsOf(target) - before;
      };
      await faults();
      assert.equal(await faults(), 0);
      const fd = openSync(
        fileOf(target, (link) => link.startsWith(`${tmpdir()}/#`)),
        'r+',
      );
      fsyncSync(fd);
      closeSync(fd);
      assert.equal(await faults(), pages);
    });
  });
});

test('dual_commit reserves both views, and maps the executable one over its place', async () => {
  const seen = await observed(
    'dual_commit',
    async ({ target, step, places }) => {
      // One after the other: the process does one thing at a time.
      const at = (place = 0) => mappingsAt(target, place, pages * pageSize());
      return `${stepName(step)}: ${await at(places.code)} and ${await at(places.view)}`;
    },
    { kind: 'cold' },
  );
  assert.deepEqual(seen.slice(3, 6), [
    'mmap: ---s 4 and ---s 4',
    'mprotect: ---s 4 and rw-s 4',
    'mmap: r-xs 4 and rw-s 4',
  ]);
});

test('memfd_frozen can be written until it is sealed, and by nobody from then on', async () => {
  const attempts = await observed('memfd_frozen', async ({ target, step }) => {
    const name = stepName(step);
    if (!['pwrite_module', 'fcntl', 'mmap'].includes(name)) return [];
    // /proc opens the file itself anew, as any process of this user could.
    const fd = openSync(
      fileOf(target, (link) => link.startsWith('/memfd:mapbench ')),
      'r+',
    );
    try {
      // Behind the code of the first page, and behind the file.
      const write = answerOf(() => writeSync(fd, '0', 100));
      const grow = answerOf(() => ftruncateSync(fd, fstatSync(fd).size + pageSize()));
      return [`${name}: ${write}, ${grow}`];
    } finally {
      closeSync(fd);
    }
  });
  assert.deepEqual(attempts.flat(), [
    'pwrite_module: done, done',
    'fcntl: EPERM, EPERM',
    'mmap: EPERM, EPERM',
  ]);
});

/** What the kernel says to a call. */
function answerOf(call: () => void): string {
  try {
    call();
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

test('image_publish copies no page of its file, and image_private each', async () => {
  for (const [name, expected] of [
    ['image_publish', 0],
    ['image_private', pages],
  ] as const) {
    const copied = await observed(name, async ({ target, step, places }) =>
      step.kind === 'execute_module' ? [pagesIn(target, places.image ?? 0, 'Anonymous')] : [],
    );
    assert.deepEqual(copied.flat(), [expected], name);
  }
});

test('image_got runs code of its file, of which no page is copied, and sees code that does not read its links', async () => {
  const program = programNamed('image_got');
  await withStub(async (target) => {
    const code = await NativeCode.load(target, { program, content: stampContent(), layout: 'guarded' });
    await withProgram(code, async (running) => {
      const expected = { executed: 10 * pages, stale: 0 };
      const { executed, stale } = await running.batch(10);
      assert.deepEqual({ executed, stale }, expected);
      const { both = 0 } = running.addresses();
      assert.deepEqual(await mappingsAt(target, both, 2 * pages * pageSize()), ['r-xp 4', 'rw-p 4']);
      assert.equal(pagesIn(target, both, 'Anonymous'), 0);
      const [text] = (await mapsOf(target)).filter(({ start }) => start === both);
      assert.ok(text?.path.startsWith(`${tmpdir()}/#`), text?.path);
      // Code that always returns the same.
      const [all, fixed] = [
        PROT.PROT_READ | PROT.PROT_WRITE | PROT.PROT_EXEC,
        MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS | MAP.MAP_FIXED,
      ];
      await systemCall(target, 'mmap', both, pages * pageSize(), all, fixed, -1, 0);
      const { bits } = stampCode[architecture];
      for (let page = 0; page < pages; page++)
        await target.run([{ call: 'store', args: [both + page * pageSize(), Number(bits)] }]);
      assert.equal((await running.batch(10)).stale, 10 * pages);
    });
  });
});
