import { PKEY, PROT } from '../system/constants.ts';
import { flagsOf, subjectOf } from './calls.ts';
import { faultHandlingOf, mappingOf, offsetOf, type Place, type Program, type Step } from './ir.ts';
import { protectionsOf } from './protections.ts';

/** How exposed the module's pages are while a step runs. */
export interface Exposure {
  readonly isWritable: boolean;
  /**
   * Where they can be run meanwhile: through the writable mapping itself, through another one, or not at all.
   */
  readonly executable: 'same mapping' | 'alias' | 'no';
}

/**
 * The exposure during each step of an iteration: that before the step. So a window reaches from the end of
 * the call that opens it to the end of the call that closes it. What counts is where the module is written
 * and where it is run; where a protection key guards that, the rights of the loading thread. A guard region
 * is closed.
 */
export function exposureDuring(program: Program): Exposure[] {
  const places = modulePlaces(program);
  const keyed = mappingsWithKey(program);
  const denied = deniedBefore(program);
  const backing = backingOf(program);
  const isHandled = faultHandlingOf(program) !== undefined;
  return protectionsOf(program).iteration.map(({ step, before }, index) => {
    // At some time meanwhile the handler writes each page, where that does not run yet.
    if (isHandled && step.kind === 'execute_module') return { isWritable: true, executable: 'no' };
    const all = places.flatMap((place) => {
      const { slot } = mappingOf(place);
      const begin = offsetOf(place);
      return (before.get(slot) ?? [])
        .filter(({ offset, length }) => offset < begin + place.length && begin < offset + length)
        .map(({ prot, isGuarded }) => ({
          slot,
          pages: backing.get(slot) ?? slot,
          prot: isGuarded ? PROT.PROT_NONE : keyed.has(slot) ? prot & ~(denied[index] ?? 0) : prot,
        }));
    });
    const has = (prot: number, bit: number) => (prot & bit) !== 0;
    const writable = all.filter(({ prot }) => has(prot, PROT.PROT_WRITE));
    // Ranges of one mapping are different pages.
    const isRunElsewhere = ({ slot, pages }: { slot: number; pages: number }) =>
      all.some((other) => other.slot !== slot && other.pages === pages && has(other.prot, PROT.PROT_EXEC));
    const executable = writable.some(({ prot }) => has(prot, PROT.PROT_EXEC))
      ? 'same mapping'
      : writable.some(isRunElsewhere)
        ? 'alias'
        : 'no';
    return { isWritable: writable.length > 0, executable };
  });
}

/**
 * What each mapping's pages belong to, by slot: its file's slot, or that of the mapping whose duplicate it
 * is.
 */
function backingOf({ setup, iteration }: Program): ReadonlyMap<number, number> {
  const backing = new Map<number, number>();
  for (const step of [...setup, ...iteration]) {
    if (step.kind !== 'call' || step.result?.kind !== 'mapping') continue;
    const from = subjectOf(step)?.value.slot;
    const file = step.args.find((each) => each.type === 'value' && each.value.kind === 'fd');
    if (file?.type === 'value') backing.set(step.result.slot, file.value.slot);
    else if (step.call === 'mremap' && from !== undefined)
      backing.set(step.result.slot, backing.get(from) ?? from);
  }
  return backing;
}

/** Where a program writes and runs modules. */
function modulePlaces(program: Program): Place[] {
  const steps: readonly Step[] = [...program.setup, ...program.iteration];
  return steps.flatMap((step) => {
    if (step.kind === 'execute_module') return [step.module];
    if (step.kind === 'write_module' && step.into.kind !== 'file' && mappingOf(step.into).holds === 'module')
      return [step.into];
    return [];
  });
}

/** Slots of the mappings that carry a protection key. */
export function mappingsWithKey({ setup }: Program): ReadonlySet<number> {
  return new Set(
    setup.flatMap((step) =>
      step.kind === 'call' && step.call === 'pkey_mprotect' ? [subjectOf(step)?.value.slot ?? -1] : [],
    ),
  );
}

/** What rights that are taken from a key (PKEY_ bits) deny, as PROT_ bits. */
function deniedBy(rights: number): number {
  const denials = [
    [PKEY.PKEY_DISABLE_ACCESS, PROT.PROT_READ | PROT.PROT_WRITE],
    [PKEY.PKEY_DISABLE_WRITE, PROT.PROT_WRITE],
    [PKEY.PKEY_DISABLE_EXECUTE, PROT.PROT_EXEC],
  ] as const;
  return denials.reduce((all, [right, denied]) => ((rights & right) === 0 ? all : all | denied), 0);
}

/**
 * What the loading thread may not do with memory that carries the program's key, before each step of the
 * iteration, as PROT_ bits; the first finds what the last iteration left.
 */
export function deniedBefore({ setup, iteration }: Program): number[] {
  const set = iteration.flatMap((step) => (step.kind === 'pkey_set' ? [step.rights] : []));
  const allocated = setup.find((step) => step.kind === 'call' && step.call === 'pkey_alloc');
  let rights = set.at(-1) ?? (allocated?.kind === 'call' ? flagsOf(allocated, 'rights') : 0);
  return iteration.map((step) => {
    const before = rights;
    if (step.kind === 'pkey_set') rights = step.rights;
    return deniedBy(before);
  });
}
