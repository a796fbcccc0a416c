import { checkFreshCode } from './fresh-code.ts';
import { checkLeftovers } from './leftovers.ts';
import { checkProtections } from './protections.ts';
import { checkRealChanges } from './real-changes.ts';
import { takeSnapshots } from './snapshots.ts';
import type { Subject, Verdict } from './verdict.ts';

/** All checks of a program, in this process. Throws a StepFailure where a step fails. */
export function verify(subject: Subject): Verdict[] {
  const freshCode = checkFreshCode(subject);
  const snapshots = takeSnapshots(subject);
  return [
    freshCode,
    checkProtections(subject, snapshots),
    checkRealChanges(snapshots),
    checkLeftovers(subject),
  ];
}
