import { memfdPkey, memfdViewflip, memfdViewguard } from './closed-views.ts';
import {
  memfdHugetlb,
  memfdRotate,
  memfdSealed,
  memfdSync,
  memfdThp,
  memfdThpAdvise,
  mremapDup,
  tmpfile,
  tmpfileDisk,
} from './dual.ts';
import {
  hugetlb,
  hugetlbShared,
  lazyFault,
  mremapMove,
  naivePopulate,
  reuse,
  reuseBatch,
  reuseDontneed,
  reuseLock,
  reusePerpage,
  reuseShared,
  reuseXonly,
  rwxFlip,
} from './flips.ts';
import { naive, naiveRwx, publish2 } from './fresh.ts';
import { imageGot, imagePrivate, imagePublish, imageRo } from './images.ts';
import { poolBucket, poolFixed, sharedPool } from './pools.ts';
import { pkeyRwx, pkeyWx, rwx, rwxClflush, rwxClwb, rwxHugetlb, rwxThp } from './rwx.ts';
import type { Strategy } from './strategy.ts';
import {
  dualCommit,
  memfd,
  memfdMove,
  memfdRemap,
  memfdView,
  memfdViewcache,
  memfdViewPopulate,
  shmOpen,
} from './views.ts';
import { memfdFrozen, memfdOop, memfdPwrite, procmem, uffdCopy } from './writers.ts';

/**
 * Every strategy: the article's in the order in which it introduces them, then those of engines, then the
 * kernel's.
 */
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
  rwxThp,
  rwxHugetlb,
  rwxClflush,
  rwxClwb,
  reuseBatch,
  reusePerpage,
  poolFixed,
  sharedPool,
  poolBucket,
  publish2,
  imagePrivate,
  imagePublish,
  imageRo,
  imageGot,
  memfdView,
  memfdViewcache,
  dualCommit,
  memfdThpAdvise,
  memfdOop,
  procmem,
  reuseXonly,
  lazyFault,
  tmpfile,
  tmpfileDisk,
  memfdPwrite,
  mremapDup,
  memfdViewPopulate,
  memfdViewflip,
  memfdViewguard,
  memfdPkey,
  pkeyWx,
  memfdHugetlb,
  memfdThp,
  hugetlbShared,
  memfdSealed,
  memfdFrozen,
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
