import type { CheckResult, Subject } from './check-result.ts';
import { checkFreshCode } from './fresh-code.ts';
import { checkLeftovers } from './leftovers.ts';
import { checkProtections, checkRealChanges } from './protections.ts';
import { takeSnapshots } from './snapshots.ts';

/** All checks of a program. Rejects with a StepFailure where a step fails. */
export async function verify(subject: Subject): Promise<CheckResult[]> {
  const freshCode = await checkFreshCode(subject);
  const snapshots = await takeSnapshots(subject);
  return [
    freshCode,
    checkProtections(subject, snapshots),
    checkRealChanges(snapshots),
    await checkLeftovers(subject),
  ];
}
