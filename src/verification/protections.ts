import { lengthOf, subjectOf } from '../program/calls.ts';
import { describeStep } from '../program/describe.ts';
import { deniedBefore, mappingsWithKey } from '../program/exposure.ts';
import { type CallStep, isAllocatorCall, type Step } from '../program/ir.ts';
import { guardsOf, mappingsOf, protectionsOf } from '../program/protections.ts';
import { PROT } from '../system/constants.ts';
import { type CheckResult, resultOf, type Subject } from './check-result.ts';
import { protectionsIn, type Snapshot, within } from './snapshots.ts';

/** PROT_ bits as /proc/<pid>/maps shows them. */
function inMaps(prot: number): string {
  return `${prot & PROT.PROT_READ ? 'r' : '-'}${prot & PROT.PROT_WRITE ? 'w' : '-'}${prot & PROT.PROT_EXEC ? 'x' : '-'}`;
}

/**
 * Whether every page of every mapping has the protection that the program gave it, after every step, and none
 * is writable and executable at once unless the strategy says so.
 */
export function checkProtections({ program, wx }: Subject, snapshots: readonly Snapshot[]): CheckResult {
  if (program.library !== undefined) return protectionsAfterLoads(snapshots);
  const names = new Map(mappingsOf(program).map(({ slot, name }) => [slot, name]));
  const expected = protectionsOf(program).iteration;
  const keyed = mappingsWithKey(program);
  const denied = deniedBefore(program);
  const faults: string[] = [];
  let looked = 0;
  for (const [index, { step, mappings }] of snapshots.entries()) {
    // What the next step finds: the last one leaves it to the first.
    const denial = denied[(index + 1) % denied.length] ?? 0;
    const after = expected.find((each) => each.step.number === step.number)?.after ?? new Map();
    const place = `after ${describeStep(step)}`;
    for (const [slot, ranges] of after) {
      looked++;
      for (const range of ranges) {
        const found = protectionsIn(within(mappings.get(slot) ?? [], range));
        const wanted = range.isGuarded ? 'guard' : inMaps(range.prot);
        if (found.length !== 1 || found[0] !== wanted)
          faults.push(`${names.get(slot)} is ${found.join(' and ') || 'none'} ${place}, not ${wanted}`);
        const both = found.find((each) => each.includes('w') && each.includes('x'));
        // The kernel's map does not show what a key takes away.
        const isParted = keyed.has(slot) && (denial & (PROT.PROT_WRITE | PROT.PROT_EXEC)) !== 0;
        if (both !== undefined && wx !== 'rwx' && !isParted)
          faults.push(`${names.get(slot)} is ${both} ${place}: writable and executable at once`);
      }
    }
  }
  return resultOf(
    'protections',
    faults,
    `${looked} mappings looked at, after each of ${snapshots.length} steps`,
  );
}

/**
 * Of an allocator nothing is known but where the module runs: there it must be executable once it is loaded.
 * What else it is, the evidence says.
 */
function protectionsAfterLoads(snapshots: readonly Snapshot[]): CheckResult {
  const seen = snapshots
    .filter(({ step }) => isAllocatorCall(step))
    .flatMap(({ mappings }) => [...mappings.values()].flatMap(protectionsIn));
  const faults = [...new Set(seen)]
    .filter((each) => !each.includes('x'))
    .map((each) => `code is ${each} after mapbench_load: it cannot be run`);
  if (seen.length === 0) faults.push('mapbench_load made no mapping that could be looked at');
  const both = seen.some((each) => each.includes('w') && each.includes('x'));
  return resultOf(
    'protections',
    faults,
    `code is ${[...new Set(seen)].join(' and ')} after mapbench_load${both ? ': writable and executable at once' : ''}`,
  );
}

/** Whether a step's whole purpose is another protection or mapping of its first argument or result. */
const isChange = (step: CallStep) =>
  ['mmap', 'mprotect', 'munmap'].includes(step.call) || guardsOf(step) !== undefined;

/** The bytes of a mapping that a call changes. */
function changedBy(step: Step): { slot: number; offset: number; length: number } | undefined {
  if (step.kind !== 'call' || !isChange(step)) return undefined;
  const length = lengthOf(step);
  if (step.result !== undefined) return { slot: step.result.slot, offset: 0, length };
  const subject = subjectOf(step);
  return subject && { slot: subject.value.slot, offset: subject.plus, length };
}

/** What a mapping's bytes look like: their protection, and what part of a file they show. */
function looks(snapshot: Snapshot | undefined, changed: { slot: number; offset: number; length: number }) {
  const seen = within(snapshot?.mappings.get(changed.slot) ?? [], changed);
  return {
    protections: protectionsIn(seen),
    // A split mapping looks like a whole one.
    key: [
      ...new Set(seen.map(({ protection, fileOffset, offset }) => `${protection} ${fileOffset - offset}`)),
    ].join(),
  };
}

/**
 * Whether every system call of the iteration changes what it is there to change: a call that sets the
 * protection that is there already is nearly free, and measures nothing.
 */
export function checkRealChanges(snapshots: readonly Snapshot[]): CheckResult {
  const faults: string[] = [];
  let calls = 0;
  for (const [index, snapshot] of snapshots.entries()) {
    const changed = changedBy(snapshot.step);
    if (changed === undefined) continue;
    calls++;
    // What the iteration begins with is what the one before ended with.
    const before = looks(snapshots.at(index - 1), changed);
    const after = looks(snapshot, changed);
    if (before.key === after.key)
      faults.push(
        `${describeStep(snapshot.step)} changes nothing: it was ${after.protections.join(' and ')} before`,
      );
  }
  if (calls === 0) {
    return {
      check: 'real changes',
      outcome: 'does not apply',
      evidence: 'the iteration makes no such system call',
    };
  }
  return resultOf(
    'real changes',
    faults,
    `each of ${calls} system calls changed a protection or what is mapped`,
  );
}
