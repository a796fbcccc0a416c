import { memfd, shmOpen } from './article/dual.ts';
import { memfdMove, memfdRemap } from './article/moving.ts';
import { naive } from './article/naive.ts';
import { hugetlb, reuse, reuseLock, reuseShared } from './article/reuse.ts';
import { rwx } from './article/rwx.ts';
import type { Strategy } from './strategy.ts';

/** Every strategy, in the order in which the article introduces them. */
export const catalogue: readonly Strategy[] = [
  naive,
  reuse,
  reuseLock,
  rwx,
  hugetlb,
  reuseShared,
  memfd,
  shmOpen,
  memfdRemap,
  memfdMove,
];

/** The seven strategies that the article measures: what `run` measures unless told otherwise. */
export const articleStrategies: readonly string[] = catalogue
  .filter((strategy) => ![shmOpen, memfdRemap, memfdMove].includes(strategy))
  .map((strategy) => strategy.name);

/** The strategy of that name, or undefined. */
export function findStrategy(name: string): Strategy | undefined {
  return catalogue.find((strategy) => strategy.name === name);
}
