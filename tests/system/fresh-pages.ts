import { MAP, PROT } from '../../src/system/constants.ts';
import { callLibc, memoryView } from '../../src/system/libc.ts';
import { pageSize } from '../../src/system/page-size.ts';

/** The least that `count` grows by, of `tries`, when `pages` fresh pages are touched: the engine's own faults come on top. */
export function leastGrowth(pages: number, tries: number, count: () => number): number {
  // Shared memory: the kernel joins no neighbouring mappings and so makes no huge pages of them.
  const flags = MAP.MAP_SHARED | MAP.MAP_ANONYMOUS;
  const length = tries * pages * pageSize();
  const address = callLibc('mmap', 0, length, PROT.PROT_READ | PROT.PROT_WRITE, flags, -1, 0);
  const bytes = new Uint8Array(memoryView(address, length));
  const growths = Array.from({ length: tries }, (_, index) => {
    const before = count();
    for (let page = 0; page < pages; page++) bytes[(index * pages + page) * pageSize()] = 1;
    return count() - before;
  });
  callLibc('munmap', address, length);
  return Math.min(...growths);
}

/** Lets the calling thread wait. */
export function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
