import { EXEC, READ, SHARED, WRITE } from '../../program/builder.ts';
import { MFD } from '../../system/constants.ts';
import { needs } from '../needs.ts';
import { owners } from '../owners.ts';
import { defineStrategy } from '../strategy.ts';

export const memfdView = defineStrategy({
  name: 'memfd_view',
  summary: 'memfd whose writable view is made for every load, and unmapped before the code runs',
  group: 'engines',
  wx: 'dual',
  shippedBy: owners.memfd_view,
  ...needs.memfd,
  define({ setup, iterate, size }) {
    const fd = setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC);
    setup.ftruncate(fd, size);
    const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: SHARED, fd });
    const view = iterate.mmap({ name: 'view', length: size, prot: WRITE, flags: SHARED, fd });
    iterate.writeModule(view);
    iterate.munmap(view);
    iterate.executeModule(code);
  },
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
 * The loads of one period once the cache has settled: least recently used views give way. Returns the block that each view
 * shows when the period begins, too.
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
