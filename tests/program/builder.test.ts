import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ANONYMOUS,
  buildProgram,
  EXEC,
  PRIVATE,
  ProgramError,
  READ,
  SHARED,
  WRITE,
} from '../../src/program/builder.ts';
import { describeProgram } from '../../src/program/describe.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';

const module = { pages: 4, pageSize: 4096 };
const anonymous = { length: 4096, prot: READ | WRITE, flags: PRIVATE | ANONYMOUS };

/** The article's listings, as this project prints them. */
const listings: Record<string, string> = {
  naive: `iteration, measured
   1  code = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
   2         write_module(code)
   3         mprotect(code, 16384, PROT_READ | PROT_EXEC)
   4         execute_module(code)
   5         munmap(code, 16384)`,
  reuse: flip('MAP_PRIVATE | MAP_ANONYMOUS', 16384),
  reuse_lock: flip('MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED', 16384),
  reuse_shared: flip('MAP_SHARED | MAP_ANONYMOUS', 16384),
  hugetlb: flip('MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_2MB', 2097152),
  rwx: `setup, once
   1  code = mmap(NULL, 16384, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
iteration, measured
   2         write_module(code)
   3         execute_module(code)
teardown, once
   4         munmap(code, 16384)`,
  memfd: `setup, once
   1  fd   = memfd_create("mapbench", MFD_CLOEXEC)
   2         ftruncate(fd, 16384)
   3  code = mmap(NULL, 16384, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0)
   4  view = mmap(NULL, 16384, PROT_WRITE, MAP_SHARED, fd, 0)
iteration, measured
   5         write_module(view)
   6         execute_module(code)
teardown, once
   7         munmap(view, 16384)
   8         munmap(code, 16384)
   9         close(fd)`,
  shm_open: `setup, once
   1  fd   = shm_open("/mapbench-<pid>", O_RDWR | O_CREAT | O_EXCL, 0600)
   2         shm_unlink("/mapbench-<pid>")
   3         ftruncate(fd, 16384)
   4  code = mmap(NULL, 16384, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0)
   5  view = mmap(NULL, 16384, PROT_WRITE, MAP_SHARED, fd, 0)
iteration, measured
   6         write_module(view)
   7         execute_module(code)
teardown, once
   8         munmap(view, 16384)
   9         munmap(code, 16384)
  10         close(fd)`,
  memfd_remap: `setup, once
   1  fd   = memfd_create("mapbench", MFD_CLOEXEC)
   2         ftruncate(fd, 16384)
   3  code = mmap(NULL, 16384, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0)
   4  view = mmap(NULL, 16384, PROT_WRITE, MAP_SHARED, fd, 0)
iteration, measured
   5         write_module(view)
   6         execute_module(code)
   7         munmap(view, 16384)  (every 64 iterations)
   8  view = mmap(random, 16384, PROT_WRITE, MAP_SHARED, fd, 0)  (every 64 iterations)
teardown, once
   9         munmap(view, 16384)
  10         munmap(code, 16384)
  11         close(fd)`,
  memfd_move: `setup, once
   1  fd    = memfd_create("mapbench", MFD_CLOEXEC)
   2          ftruncate(fd, 16384)
   3  code  = mmap(NULL, 16384, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0)
   4  view  = mmap(NULL, 16384, PROT_WRITE, MAP_SHARED, fd, 0)
iteration, measured
   5          write_module(view)
   6          execute_module(code)
   7  place = mmap(random, 16384, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)  (every 64 iterations)
   8  view  = mremap(view, 16384, 16384, MREMAP_MAYMOVE | MREMAP_FIXED, place)  (every 64 iterations)
teardown, once
   9          munmap(view, 16384)
  10          munmap(code, 16384)
  11          close(fd)`,
};

function flip(flags: string, length: number): string {
  return `setup, once
   1  code = mmap(NULL, ${length}, PROT_NONE, ${flags}, -1, 0)
iteration, measured
   2         mprotect(code, ${length}, PROT_READ | PROT_WRITE)
   3         write_module(code)
   4         mprotect(code, ${length}, PROT_READ | PROT_EXEC)
   5         execute_module(code)
teardown, once
   6         munmap(code, ${length})`;
}

for (const strategy of catalogue) {
  test(`${strategy.name} is what the article lists`, () => {
    assert.equal(describeProgram(programOf(strategy, module)), listings[strategy.name]);
  });
}

test('hugetlb rounds up to whole huge pages', () => {
  const hugetlb = catalogue.find(({ name }) => name === 'hugetlb');
  assert.ok(hugetlb);
  const text = describeProgram(programOf(hugetlb, { pages: 513, pageSize: 4096 }));
  assert.match(text, /mprotect\(code, 4194304, PROT_READ \| PROT_EXEC\)/);
});

test('a module of larger pages is as many bytes', () => {
  const rwx = catalogue.find(({ name }) => name === 'rwx');
  assert.ok(rwx);
  assert.match(describeProgram(programOf(rwx, { pages: 2, pageSize: 65536 })), /mmap\(NULL, 131072,/);
});

test('a mapping that every iteration leaks is refused', () => {
  assert.throws(
    () => buildProgram('leaky', module, ({ iterate }) => void iterate.mmap(anonymous)),
    new ProgramError('leaky: map is made in every iteration and never released'),
  );
});

test('releasing in the iteration what setup made is refused', () => {
  assert.throws(
    () =>
      buildProgram('once', module, ({ setup, iterate }) => {
        iterate.munmap(setup.mmap(anonymous));
      }),
    new ProgramError('once: map is made in setup but released in the iteration'),
  );
});

test('use after release is refused', () => {
  assert.throws(
    () =>
      buildProgram('late', module, ({ iterate }) => {
        const map = iterate.mmap(anonymous);
        iterate.munmap(map);
        iterate.mprotect(map, READ | EXEC);
      }),
    new ProgramError('late: map is used after its release'),
  );
});

test('values of one name are told apart', () => {
  const program = buildProgram('two', module, ({ setup }) => {
    setup.mmap(anonymous);
    setup.mmap(anonymous);
  });
  assert.deepEqual(
    program.setup.map(({ result }) => result?.name),
    ['map', 'map2'],
  );
});

test('a mapping that moves keeps its slot, in the last of a power of 2 of iterations', () => {
  const define = (every: number) => () =>
    buildProgram('moves', { pages: 1, pageSize: 4096 }, ({ setup, iterate, size }) => {
      const fd = setup.memfdCreate('x', 0);
      const view = setup.mmap({ name: 'view', length: size, prot: WRITE, flags: SHARED, fd });
      iterate.writeModule(view);
      iterate.moveAtRandom(view, every);
      iterate.remapAtRandom(view, every, { prot: WRITE, flags: SHARED, fd });
    });
  const { iteration, teardown } = define(8)();
  const rare = iteration.flatMap((step) => (step.kind === 'call' ? [[step.call, step.every]] : []));
  assert.deepEqual(rare, [
    ['mmap', 8],
    ['mremap', 8],
    ['munmap', 8],
    ['mmap', 8],
  ]);
  assert.equal(teardown.length, 2);
  for (const every of [0, 1, 3, 2.5]) assert.throws(define(every), /it must be a power of 2/);
});
