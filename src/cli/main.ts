import { CommanderError } from 'commander';
import { unsupportedHost } from '../system/architecture.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { mapbenchProgram } from './program.ts';

// A reader that has seen enough (`mapbench run | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.measured);
});

try {
  const unsupported = unsupportedHost();
  if (unsupported !== undefined) throw new UsageError(unsupported);
  await mapbenchProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Says in one sentence what is wrong and returns the exit status. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  if (error instanceof UsageError) {
    console.error(`mapbench: ${error.message}`);
    return exitCodes.usage;
  }
  // What the user wrote and what the user named: documents, gates.
  if (error instanceof Error && /^(DocumentError|GateError|RequestError)$/.test(error.name)) {
    console.error(`mapbench: ${error.message}`);
    return exitCodes.usage;
  }
  console.error(`mapbench: ${error instanceof Error ? error.message : error}`);
  return exitCodes.failed;
}
