import { unsupportedHost } from '../system/architecture.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { reportFailure } from './failure.ts';
import { mapbenchProgram } from './program.ts';

/** Does what a command line says, as words after the program's name, and returns the exit status. Never throws. */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  process.exitCode = undefined;
  try {
    const unsupported = unsupportedHost();
    if (unsupported !== undefined) throw new UsageError(unsupported);
    await mapbenchProgram().parseAsync(words, { from: 'user' });
  } catch (error) {
    return reportFailure(error);
  }
  // What the command's action set.
  return Number(process.exitCode ?? exitCodes.measured);
}
