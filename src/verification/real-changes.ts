import { describeStep } from '../program/describe.ts';
import type { IterationStep } from '../program/step.ts';
import type { Snapshot } from './snapshots.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** Calls whose whole purpose is another protection or mapping of their first argument or result. */
const changing: readonly string[] = ['mmap', 'mprotect', 'munmap'];

/** The slot of the mapping that a call changes. */
function changedBy(step: IterationStep): number | undefined {
  if (step.kind !== 'call' || !changing.includes(step.call)) return undefined;
  if (step.result !== undefined) return step.result.slot;
  const [target] = step.args;
  return target?.type === 'value' ? target.value.slot : undefined;
}

/**
 * Whether every system call of the iteration changes what it is there to change: a call that sets the protection that
 * is there already is nearly free, and measures nothing.
 */
export function checkRealChanges(snapshots: readonly Snapshot[]): Verdict {
  const faults: string[] = [];
  let calls = 0;
  for (const [index, { step, protections }] of snapshots.entries()) {
    const slot = changedBy(step);
    if (slot === undefined) continue;
    calls++;
    // What the iteration begins with is what the one before ended with.
    const before = snapshots.at(index - 1)?.protections.get(slot) ?? [];
    const after = protections.get(slot) ?? [];
    if (before.join() === after.join())
      faults.push(`${describeStep(step)} changes nothing: it was ${after.join(' and ')} before`);
  }
  if (calls === 0) {
    return {
      check: 'real changes',
      outcome: 'does not apply',
      evidence: 'the iteration makes no such system call',
    };
  }
  return verdictOf('real changes', faults, `each of ${calls} system calls changed a protection`);
}
