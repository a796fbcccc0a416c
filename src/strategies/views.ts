import { type DefineContext, EXEC, NONE, POPULATE, READ, SHARED, WRITE } from '../program/builder.ts';
import type { FileDescriptor, Mapping } from '../program/ir.ts';
import { MFD, OPEN } from '../system/constants.ts';
import { needs } from './needs.ts';
import { owners } from './owners.ts';
import { defineStrategy } from './strategy.ts';

/**
 * Maps the two views of a file of the module's size: the executable one, and the one that code is written
 * through.
 */
export function mapTwoViews(
  { setup, size }: Pick<DefineContext, 'setup' | 'size'>,
  fd: FileDescriptor,
): { readonly code: Mapping; readonly view: Mapping } {
  setup.ftruncate(fd, size);
  const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: SHARED, fd });
  const view = setup.mmap({ name: 'view', length: size, prot: WRITE, flags: SHARED, fd });
  return { code, view };
}

/** Two views of one file: code is written through one and run through the other. */
export function twoViews(context: DefineContext, fd: FileDescriptor): void {
  const { code, view } = mapTwoViews(context, fd);
  context.iterate.writeModule(view);
  context.iterate.executeModule(code);
}

export const memfd = defineStrategy({
  name: 'memfd',
  summary: 'two views of one memfd: one executable, one writable',
  group: 'article',
  wx: 'dual',
  shippedBy: owners.memfd,
  ...needs.memfd,
  define(context) {
    twoViews(context, context.setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC));
  },
});

export const shmOpen = defineStrategy({
  name: 'shm_open',
  summary: 'two views of one POSIX shared memory object: one executable, one writable',
  group: 'article',
  wx: 'dual',
  shippedBy: owners.shm_open,
  ...needs.shm,
  define(context) {
    const name = '/mapbench-%d';
    const fd = context.setup.shmOpen(name, OPEN.O_RDWR | OPEN.O_CREAT | OPEN.O_EXCL, 0o600);
    context.setup.shmUnlink(name);
    twoViews(context, fd);
  },
});

export const dualCommit = defineStrategy({
  name: 'dual_commit',
  summary:
    'memfd whose views are reserved first: the writable one is made so by mprotect, the executable one mapped over',
  group: 'engines',
  wx: 'dual',
  shippedBy: owners.dual_commit,
  ...needs.memfd,
  define({ setup, iterate, size }) {
    const fd = setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC);
    setup.ftruncate(fd, size);
    const reserved = { length: size, prot: NONE, flags: SHARED, fd };
    const code = setup.mmap({ name: 'code', ...reserved });
    const view = setup.mmap({ name: 'view', ...reserved });
    setup.mprotect(view, READ | WRITE);
    // No mapping becomes executable: policies forbid that, and let it be mapped so.
    setup.mmapOver(code, { prot: READ | EXEC, flags: SHARED, fd });
    iterate.writeModule(view);
    iterate.executeModule(code);
  },
});

/** Iterations between two moves of the writable view. */
const iterationsPerMove = 64;

/** The dual map of `memfd` whose writable view does not stay where it is. */
function movingView(context: DefineContext, move: (view: Mapping, fd: FileDescriptor) => void): void {
  const fd = context.setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC);
  const { code, view } = mapTwoViews(context, fd);
  context.iterate.writeModule(view);
  context.iterate.executeModule(code);
  move(view, fd);
}

export const memfdRemap = defineStrategy({
  name: 'memfd_remap',
  summary: 'memfd whose writable view is mapped anew at a random address every 64 iterations',
  group: 'article',
  wx: 'dual',
  ...needs.memfd,
  define(context) {
    movingView(context, (view, fd) =>
      context.iterate.remapAtRandom(view, iterationsPerMove, { prot: WRITE, flags: SHARED, fd }),
    );
  },
});

export const memfdMove = defineStrategy({
  name: 'memfd_move',
  summary: 'memfd whose writable view is moved, page tables and all, to a random address every 64 iterations',
  group: 'article',
  wx: 'dual',
  ...needs.memfd,
  define(context) {
    movingView(context, (view) => context.iterate.moveAtRandom(view, iterationsPerMove));
  },
});

/** A writable view that is there while a load writes, mapped with these flags. */
function viewForLoad({ setup, iterate, size }: DefineContext, flags: number): void {
  const fd = setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC);
  setup.ftruncate(fd, size);
  const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: SHARED, fd });
  const view = iterate.mmap({ name: 'view', length: size, prot: WRITE, flags, fd });
  iterate.writeModule(view);
  iterate.munmap(view);
  iterate.executeModule(code);
}

export const memfdView = defineStrategy({
  name: 'memfd_view',
  summary: 'memfd whose writable view is made for every load, and unmapped before the code runs',
  group: 'engines',
  wx: 'dual',
  shippedBy: owners.memfd_view,
  ...needs.memfd,
  define: (context) => viewForLoad(context, SHARED),
});

export const memfdViewPopulate = defineStrategy({
  name: 'memfd_view_populate',
  summary: 'memfd_view whose view has its pages from the start, in one go',
  group: 'kernel',
  wx: 'dual',
  ...needs.memfd,
  define: (context) => viewForLoad(context, SHARED | POPULATE),
});

/** Views that are kept, as .NET's executable allocator does. */
const cachedViews = 3;

/** Which of four blocks each of eight loads goes to: some are written to more often than others. */
const loadedBlocks = [0, 1, 2, 0, 1, 2, 0, 3];

/** A load of a block through one of the cached views, which shows another block where that is not the one. */
interface CachedLoad {
  readonly block: number;
  readonly view: number;
  readonly isMiss: boolean;
}

/**
 * The loads of one period once the cache has settled: least recently used views give way. Returns the block
 * that each view shows when the period begins, too.
 */
export function settledLoads(
  blocks: readonly number[],
  views: number,
): { readonly start: readonly number[]; readonly loads: readonly CachedLoad[] } {
  // Least recently used first; views that have not been used yet show no block.
  let cache = Array.from({ length: views }, (_, view) => ({ view, block: -1 - view }));
  const shown = () => [...cache].sort((a, b) => a.view - b.view).map(({ block }) => block);
  const seen: { readonly start: readonly number[]; readonly loads: CachedLoad[] }[] = [];
  for (;;) {
    const start = shown();
    // What follows is a period's end and begin at once: after it every view shows what it showed before.
    const repeated = seen.findIndex((period) => period.start.join() === start.join());
    if (repeated !== -1) return { start, loads: seen.slice(repeated).flatMap(({ loads }) => loads) };
    const loads = blocks.map((block): CachedLoad => {
      const hit = cache.find((entry) => entry.block === block);
      const used = hit ?? { ...(cache[0] ?? { view: 0 }), block };
      cache = [...cache.filter(({ view }) => view !== used.view), used];
      return { block, view: used.view, isMiss: hit === undefined };
    });
    seen.push({ start, loads });
  }
}

export const memfdViewcache = defineStrategy({
  name: 'memfd_viewcache',
  summary:
    'memfd of which the 3 writable views used last are kept: loads of 4 modules, 5 of 8 of which find theirs',
  group: 'engines',
  wx: 'dual',
  shippedBy: owners.memfd_viewcache,
  ...needs.memfd,
  define({ setup, iterate, size, part }) {
    const fd = setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC);
    const length = size * (Math.max(...loadedBlocks) + 1);
    setup.ftruncate(fd, length);
    const code = setup.mmap({ name: 'code', length, prot: READ | EXEC, flags: SHARED, fd });
    const showing = (block: number) => ({ prot: WRITE, flags: SHARED, fd, offset: block * size });
    const { start, loads } = settledLoads(loadedBlocks, cachedViews);
    const views = start.map((block) => setup.mmap({ name: 'view', length: size, ...showing(block) }));
    for (const { block, view, isMiss } of loads) {
      const used = views[view];
      if (used === undefined) throw new RangeError(`there is no view ${view}`);
      if (isMiss) iterate.remap(used, showing(block));
      iterate.writeModule(used);
      iterate.executeModule(part(code, block * size, size));
    }
  },
});
