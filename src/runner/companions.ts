import { ANONYMOUS, buildProgram, EXEC, PRIVATE, READ, WRITE } from '../program/builder.ts';
import type { Program } from '../program/step.ts';
import { MADV } from '../system/constants.ts';

/** What the threads beside the loading ones do; `load` = they load, too. */
export const othersWork = ['load', 'compute', 'fault'] as const;
export type OthersWork = (typeof othersWork)[number];

/** What a companion can do. */
export type Companion = Exclude<OthersWork, 'load'>;

/** Pages that a companion goes through: enough for a flush of the TLB to be felt, few enough for all to be held. */
const companionPages = 64;

/**
 * The program of a thread that loads nothing. `compute` stays in user mode: it calls code on many resident pages. `fault` drops
 * its pages and touches them again.
 */
export function companionProgram(companion: Companion, pageSize: number): Program {
  return makers[companion](pageSize);
}

const makers: Readonly<Record<Companion, (pageSize: number) => Program>> = {
  compute: (pageSize) =>
    buildProgram('compute', { pages: companionPages, pageSize }, ({ setup, iterate, size }) => {
      const code = setup.mmap({ length: size, prot: READ | WRITE, flags: PRIVATE | ANONYMOUS });
      setup.writeModule(code);
      setup.mprotect(code, READ | EXEC);
      iterate.executeModule(code);
    }),
  fault: (pageSize) =>
    buildProgram('fault', { pages: companionPages, pageSize }, ({ setup, iterate, size }) => {
      const data = setup.mmap({ length: size, prot: READ | WRITE, flags: PRIVATE | ANONYMOUS });
      iterate.madvise(data, MADV.MADV_DONTNEED);
      iterate.writeModule(data);
    }),
};

/** How many of so many threads load; the others are companions. */
export function loadersOf(threads: number, others: OthersWork): number {
  if (others === 'load') return threads;
  return others === 'compute' ? 1 : Math.max(1, Math.floor(threads / 2));
}
