import { MADV, PROT } from '../system/constants.ts';
import { flagsOf, lengthOf, subjectOf } from './calls.ts';
import {
  type CallStep,
  type Mapping,
  mappingOf,
  offsetOf,
  type Place,
  type Program,
  resultOf,
  type Step,
} from './ir.ts';

/** Bytes of a mapping that have one protection (PROT_ bits). */
interface Range {
  readonly offset: number;
  readonly length: number;
  readonly prot: number;
  /** Guard regions (MADV_GUARD_INSTALL): whatever the protection, an access is a fault. */
  readonly isGuarded?: boolean;
}

/** How each mapping that exists is protected, in the order of its bytes, by the slot of its address. */
export type Protections = ReadonlyMap<number, readonly Range[]>;

/** What is mapped how around a step. */
export interface ProtectedStep {
  readonly step: Step;
  readonly before: Protections;
  readonly after: Protections;
}

/**
 * Follows the protections through setup and iteration, as a later iteration finds them: what the last one
 * left.
 */
export function protectionsOf(program: Program): {
  readonly setup: readonly ProtectedStep[];
  readonly iteration: readonly (ProtectedStep & { readonly step: Step })[];
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
  const { call, result } = step;
  const prot = flagsOf(step, 'prot');
  const target = subjectOf(step);
  const changed = { offset: target?.plus ?? 0, length: lengthOf(step), prot };
  const slot = target?.value.slot;
  if (call === 'mmap' && result !== undefined)
    after.set(result.slot, [{ offset: 0, length: lengthOf(step), prot }]);
  else if ((call === 'mmap' || call === 'mprotect' || call === 'pkey_mprotect') && slot !== undefined)
    after.set(slot, changeRange(before.get(slot) ?? [], changed));
  else if (call === 'madvise' && slot !== undefined && guardsOf(step) !== undefined)
    after.set(slot, guardRange(before.get(slot) ?? [], changed, guardsOf(step) === 'installed'));
  else if (call === 'munmap' && slot !== undefined) after.delete(slot);
  else if (call === 'mremap' && slot !== undefined) afterMove(step, slot, after);
  return after;
}

/** What a step does to guard regions, if anything. */
export function guardsOf(step: Step): 'installed' | 'removed' | undefined {
  if (step.kind !== 'call' || step.call !== 'madvise') return undefined;
  const advice = flagsOf(step, 'advice');
  if (advice === MADV.MADV_GUARD_INSTALL) return 'installed';
  return advice === MADV.MADV_GUARD_REMOVE ? 'removed' : undefined;
}

/** Ranges of which a part becomes a guard region, or stops being one; their protections stay. */
function guardRange(ranges: readonly Range[], { offset, length }: Range, isGuarded: boolean): Range[] {
  const inside = ranges.flatMap((each) => {
    const start = Math.max(each.offset, offset);
    const end = Math.min(each.offset + each.length, offset + length);
    return start < end ? [{ offset: start, length: end - start, prot: each.prot, isGuarded }] : [];
  });
  return inside.reduce(changeRange, [...ranges]);
}

/** mremap moves a mapping within its own value, over another one, or doubles it. */
function afterMove(step: CallStep, from: number, after: Map<number, readonly Range[]>): void {
  const moved = after.get(from) ?? [];
  const place = step.args.at(-1);
  const over = place?.type === 'value' ? place.value.slot : undefined;
  if (step.result !== undefined) {
    after.set(step.result.slot, moved);
    if (over !== undefined) after.delete(over);
  } else if (over !== undefined) {
    after.set(over, moved);
    if ((flagsOf(step, 'mremap') & 4) === 0) after.delete(from);
  }
}

/** Ranges with `changed` laid over them; neighbours of one protection are joined. */
function changeRange(ranges: readonly Range[], changed: Range): Range[] {
  const end = changed.offset + changed.length;
  const cut = ranges.flatMap(({ offset, length, ...is }) => [
    { offset, length: Math.min(length, changed.offset - offset), ...is },
    { offset: Math.max(offset, end), length: offset + length - Math.max(offset, end), ...is },
  ]);
  const sorted = [...cut, changed].filter(({ length }) => length > 0).sort((a, b) => a.offset - b.offset);
  const joined: Range[] = [];
  for (const each of sorted) {
    const last = joined.at(-1);
    const isAlike = last?.prot === each.prot && (last.isGuarded ?? false) === (each.isGuarded ?? false);
    if (last !== undefined && isAlike && last.offset + last.length === each.offset)
      joined[joined.length - 1] = { ...last, length: last.length + each.length };
    else joined.push(each);
  }
  return joined;
}

/** The mappings that a program's steps produce. */
export function mappingsOf(program: Program): Mapping[] {
  const steps: readonly Step[] = [...program.setup, ...program.iteration];
  const made = steps.flatMap((step) => {
    const result = resultOf(step);
    return result?.kind === 'mapping' ? [result] : [];
  });
  // A mapping that moves is made again and again.
  return made.filter(({ slot }, index) => made.findIndex((each) => each.slot === slot) === index);
}

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
  const keyed = guardedByKey(program);
  const backing = backingOf(program);
  let isUnlocked = false;
  return protectionsOf(program).iteration.map(({ step, before }) => {
    const denied = isUnlocked ? 0 : PROT.PROT_WRITE;
    if (step.kind === 'pkey_set') isUnlocked = step.rights === 0;
    const all = places.flatMap((place) => {
      const { slot } = mappingOf(place);
      const begin = offsetOf(place);
      return (before.get(slot) ?? [])
        .filter(({ offset, length }) => offset < begin + place.length && begin < offset + length)
        .map(({ prot, isGuarded }) => ({
          slot,
          pages: backing.get(slot) ?? slot,
          prot: isGuarded ? PROT.PROT_NONE : keyed.has(slot) ? prot & ~denied : prot,
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
function guardedByKey({ setup }: Program): Set<number> {
  return new Set(
    setup.flatMap((step) =>
      step.kind === 'call' && step.call === 'pkey_mprotect' ? [subjectOf(step)?.value.slot ?? -1] : [],
    ),
  );
}
