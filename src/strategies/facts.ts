import { flagsOf } from '../program/calls.ts';
import { faultHandlingOf, type ModuleSize, type Program, type Step } from '../program/ir.ts';
import { MADV, MAP, MFD } from '../system/constants.ts';
import { programOf, type Strategy, type WxClass } from './strategy.ts';

/** What a strategy asks of a host and of its user, as its program says. */
export interface StrategyFacts {
  readonly name: string;
  readonly wx: WxClass;
  readonly usesMemfd: boolean;
  /** Huge pages of a pool, or collapsed ones. */
  readonly usesHugePages: boolean;
  /** Loads several modules before it runs the first: who has one at a time cannot use it. */
  readonly isBatched: boolean;
  /** Every load writes the code. Without, the code was in a file before. */
  readonly writesCode: boolean;
  /** Engines and runtimes that were found to ship it. */
  readonly owners: number;
}

/** The facts of a strategy for modules of one size. */
export function factsOf(strategy: Strategy, module: ModuleSize): StrategyFacts {
  const program = programOf(strategy, module);
  const steps: readonly Step[] = [...program.setup, ...program.iteration];
  return {
    name: strategy.name,
    wx: strategy.wx,
    usesMemfd: steps.some((step) => step.kind === 'call' && step.call === 'memfd_create'),
    usesHugePages: steps.some(usesHugePages),
    isBatched: isBatched(program),
    writesCode:
      faultHandlingOf(program) !== undefined ||
      program.iteration.some(({ kind }) => kind === 'write_module' || kind === 'ask_writer'),
    owners: strategy.shippedBy?.length ?? 0,
  };
}

const hugeAdvice: readonly number[] = [MADV.MADV_HUGEPAGE, MADV.MADV_COLLAPSE];

function usesHugePages(step: Step): boolean {
  if (step.kind !== 'call') return false;
  if (step.call === 'memfd_create') return (flagsOf(step, 'memfd') & MFD.MFD_HUGETLB) !== 0;
  if (step.call === 'madvise') return hugeAdvice.includes(flagsOf(step, 'advice'));
  return step.call === 'mmap' && (flagsOf(step, 'map') & MAP.MAP_HUGETLB) !== 0;
}

function isBatched({ iteration }: Program): boolean {
  let waiting = 0;
  for (const { kind } of iteration) {
    if (kind === 'write_module') waiting++;
    if (kind === 'execute_module') waiting--;
    if (waiting > 1) return true;
  }
  return false;
}
