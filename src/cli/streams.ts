import { causeOf } from '../results/file-failure.ts';
import { exitStatusUnwritten } from './exit-codes.ts';
import { reportFailure } from './failure.ts';

/** Has the process end as its command did, whatever happens to its streams. */
export function guardStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`mapbench run | head`) is no error.
    if (error.code === 'EPIPE') return;
    reportFailure(new Error(`standard output: cannot write: ${causeOf(error, 'write', 'standard output')}`));
    // After the command: it sets the status itself.
    process.once('exit', (status) => {
      process.exitCode = exitStatusUnwritten(status);
    });
  });
  // There is nobody left to tell; the exit status still says it.
  process.stderr.on('error', () => {});
}
