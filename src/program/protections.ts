import { PROT } from '../system/constants.ts';
import { flagsOf } from './call-arguments.ts';
import type { CallStep, IterationStep, Mapping, Program, Step } from './step.ts';

/** The protection (PROT_ bits) of each mapping that exists, by the slot of its address. */
export type Protections = ReadonlyMap<number, number>;

/** What is mapped how around a step. */
export interface ProtectedStep {
  readonly step: Step;
  readonly before: Protections;
  readonly after: Protections;
}

/** Follows the protections through setup and iteration, as a later iteration finds them: what the last one left. */
export function protectionsOf(program: Program): {
  readonly setup: readonly ProtectedStep[];
  readonly iteration: readonly (ProtectedStep & { readonly step: IterationStep })[];
} {
  const setup = follow(program.setup, new Map());
  const first = follow(program.iteration, setup.at(-1)?.after ?? new Map());
  return { setup, iteration: follow(program.iteration, first.at(-1)?.after ?? new Map()) };
}

function follow<S extends Step>(steps: readonly S[], start: Protections) {
  let before = start;
  return steps.map((step) => {
    const after = step.kind === 'call' ? afterCall(step, before) : before;
    const result = { step, before, after };
    before = after;
    return result;
  });
}

function afterCall(step: CallStep, before: Protections): Protections {
  const after = new Map(before);
  const [target] = step.args;
  const slot = target?.type === 'value' ? target.value.slot : undefined;
  if (step.call === 'mmap' && step.result !== undefined) after.set(step.result.slot, flagsOf(step, 'prot'));
  else if (step.call === 'mprotect' && slot !== undefined) after.set(slot, flagsOf(step, 'prot'));
  else if (step.call === 'munmap' && slot !== undefined) after.delete(slot);
  else if (step.call === 'mremap') {
    const place = step.args.at(-1);
    if (place?.type === 'value') after.delete(place.value.slot);
  }
  return after;
}

/** The mappings that a program's steps produce. */
export function mappingsOf(program: Program): Mapping[] {
  const steps: readonly Step[] = [...program.setup, ...program.iteration];
  const made = steps.flatMap((step) =>
    step.kind === 'call' && step.result?.kind === 'mapping' ? [step.result] : [],
  );
  // A mapping that moves is made again and again.
  return made.filter(({ slot }, index) => made.findIndex((each) => each.slot === slot) === index);
}

/** How exposed the module's pages are while a step runs. */
export interface Exposure {
  readonly isWritable: boolean;
  /** Where they can be run meanwhile: through the writable mapping itself, through another one, or not at all. */
  readonly executable: 'same mapping' | 'alias' | 'no';
}

/**
 * The exposure during each step of an iteration: that before the step. So a window reaches from the end of the call that
 * opens it to the end of the call that closes it.
 */
export function exposureDuring(program: Program): Exposure[] {
  return protectionsOf(program).iteration.map(({ before }) => {
    const all = [...before.values()];
    const has = (prot: number, bit: number) => (prot & bit) !== 0;
    const writable = all.filter((prot) => has(prot, PROT.PROT_WRITE));
    const executable = writable.some((prot) => has(prot, PROT.PROT_EXEC))
      ? 'same mapping'
      : all.some((prot) => has(prot, PROT.PROT_EXEC))
        ? 'alias'
        : 'no';
    return { isWritable: writable.length > 0, executable };
  });
}
