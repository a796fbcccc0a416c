import { memfd, shmOpen } from './article/dual.ts';
import { memfdMove, memfdRemap } from './article/moving.ts';
import { naive } from './article/naive.ts';
import { pkeyRwx } from './article/pkey.ts';
import { hugetlb, reuse, reuseLock, reuseShared } from './article/reuse.ts';
import { rwx } from './article/rwx.ts';
import { reuseBatch, reuseXonly, rwxFlip, sharedPool } from './engines/flips.ts';
import { naiveRwx, poolFixed, publish2 } from './engines/fresh.ts';
import { imagePrivate, imageRo } from './engines/images.ts';
import { tmpfile } from './engines/tmpfile.ts';
import { memfdView, memfdViewcache } from './engines/views.ts';
import { memfdOop, procmem } from './engines/writers.ts';
import {
  memfdHugetlb,
  memfdPkey,
  memfdRotate,
  memfdSealed,
  memfdSync,
  memfdThp,
  memfdViewflip,
  mremapDup,
} from './kernel/dual.ts';
import { hugetlbShared, mremapMove, naivePopulate, reuseDontneed } from './kernel/flips.ts';
import { memfdPwrite, uffdCopy } from './kernel/no-write.ts';
import type { Strategy } from './strategy.ts';

/** Every strategy: the article's in the order in which it introduces them, then those of engines, then the kernel's. */
export const catalogue: readonly Strategy[] = [
  naive,
  reuse,
  reuseLock,
  rwx,
  hugetlb,
  reuseShared,
  memfd,
  shmOpen,
  pkeyRwx,
  memfdRemap,
  memfdMove,
  naiveRwx,
  rwxFlip,
  reuseBatch,
  poolFixed,
  sharedPool,
  publish2,
  imagePrivate,
  imageRo,
  memfdView,
  memfdViewcache,
  memfdOop,
  procmem,
  reuseXonly,
  tmpfile,
  memfdPwrite,
  mremapDup,
  memfdViewflip,
  memfdPkey,
  memfdHugetlb,
  memfdThp,
  hugetlbShared,
  memfdSealed,
  memfdRotate,
  uffdCopy,
  memfdSync,
  naivePopulate,
  reuseDontneed,
  mremapMove,
];

/** The seven strategies that the article measures: what `run` measures unless told otherwise. */
export const articleStrategies: readonly string[] = [
  naive,
  reuse,
  reuseLock,
  rwx,
  hugetlb,
  reuseShared,
  memfd,
].map(({ name }) => name);

/** The strategy of that name, or undefined. */
export function findStrategy(name: string, among: readonly Strategy[] = catalogue): Strategy | undefined {
  return among.find((strategy) => strategy.name === name);
}
