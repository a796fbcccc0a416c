import { guardStreams, runCommandLine } from './command-line.ts';
import { reportFailure } from './exit.ts';

guardStreams();
// What is thrown where nobody waits for it is told as everything else is.
process.on('uncaughtException', (error) => process.exit(reportFailure(error)));
process.exitCode = await runCommandLine(process.argv.slice(2));
