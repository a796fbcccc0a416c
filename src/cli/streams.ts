import { causeOf } from '../results/file-failure.ts';
import { exitCodes } from './exit-codes.ts';
import { reportFailure } from './failure.ts';

/** Says what happens when standard output or standard error can no longer be written. */
export function guardStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`mapbench run | head`) is no error.
    if (error.code === 'EPIPE') process.exit(exitCodes.measured);
    const cause = causeOf(error, 'write', 'standard output');
    process.exit(reportFailure(new Error(`standard output: cannot write: ${cause}`)));
  });
  // There is nobody left to tell; the exit status still says it.
  process.stderr.on('error', () => {});
}
