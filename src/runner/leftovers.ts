import { rmSync } from 'node:fs';
import { AT_FDCWD } from '../system/constants.ts';
import { isOfKind } from '../system/errors.ts';
import { type MeasuredProcess, writeString } from '../target/measured-process.ts';
import type { Target } from '../target/target.ts';

/** What a process that was killed between shm_open and shm_unlink leaves behind. */
const leftover = (pid: number) => `/dev/shm/mapbench-${pid}`;

/** Removes what a process of this machine left behind. */
export function removeLeftovers({ pid }: MeasuredProcess): void {
  try {
    rmSync(leftover(pid), { force: true });
  } catch {
    // Where the kernel refuses to unlink, the outcome says so.
  }
}

/** The same on a target, by a process there; a target that was lost keeps it. */
export async function removeLeftoversThere(
  { pid }: MeasuredProcess,
  target: Target,
  options: Parameters<Target['start']>[0],
): Promise<void> {
  try {
    await using tidy = await target.start(options);
    using room = tidy.allocate(tidy.pageSize);
    const path = writeString(room, leftover(pid));
    await tidy.run([{ call: 'unlinkat', args: [AT_FDCWD, path, 0], mayFail: true }]);
  } catch (error) {
    if (!isOfKind(error, 'failed', 'unavailable')) throw error;
  }
}
