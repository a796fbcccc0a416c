import { causeOf, RequestError } from '../system/errors.ts';
import { unsupportedHost } from '../system/syscalls.ts';
import { mapbenchProgram } from './commands.ts';
import { exitCodes, exitStatusUnwritten, reportFailure } from './exit.ts';

/**
 * Does what a command line says, as words after the program's name, and returns the exit status. Never
 * throws.
 */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  process.exitCode = undefined;
  try {
    const unsupported = unsupportedHost();
    if (unsupported !== undefined) throw new RequestError(unsupported);
    await mapbenchProgram().parseAsync(words, { from: 'user' });
  } catch (error) {
    return reportFailure(error);
  }
  // What the command's action set.
  return Number(process.exitCode ?? exitCodes.measured);
}

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
