import { MADV, PROT } from '../system/constants.ts';
import { flagsOf, lengthOf, subjectOf } from './calls.ts';
import {
  type CallStep,
  faultHandlingOf,
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
  const code = faultHandlingOf(program)?.code;
  const setup = follow(program.setup, new Map(), code);
  const first = follow(program.iteration, setup.at(-1)?.after ?? new Map(), code);
  return { setup, iteration: follow(program.iteration, first.at(-1)?.after ?? new Map(), code) };
}

/** `code`: what a handler of faults loads when it is run. */
function follow<S extends Step>(steps: readonly S[], start: Protections, code: Place | undefined) {
  let before = start;
  return steps.map((step) => {
    const after =
      step.kind === 'execute_module' && code !== undefined
        ? afterFaults(code, before)
        : step.kind === 'call'
          ? afterCall(step, before)
          : before;
    const result = { step, before, after };
    before = after;
    return result;
  });
}

/** Every page was called: workloads that call only some leave the others as they were. */
function afterFaults(code: Place, before: Protections): Protections {
  const { slot } = mappingOf(code);
  const loaded = { offset: offsetOf(code), length: code.length, prot: PROT.PROT_READ | PROT.PROT_EXEC };
  return new Map(before).set(slot, changeRange(before.get(slot) ?? [], loaded));
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
