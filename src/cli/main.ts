import { Command, CommanderError } from 'commander';
import { unsupportedHost } from '../system/architecture.ts';
import { version } from '../system/version.ts';
import { abCommand } from './ab.ts';
import { compareCommand } from './compare.ts';
import { applyConfig, configNames } from './config.ts';
import { doctorCommand } from './doctor.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { explainCommand } from './explain.ts';
import { exportCommand } from './export.ts';
import { historyCommand } from './history.ts';
import { listCommand } from './list.ts';
import { profileCommand } from './profile.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';
import { showCommand } from './show.ts';
import { verifyCommand } from './verify.ts';

const program = new Command('mapbench')
  .description(
    'Measures what it costs to get freshly generated machine code into executable memory,\nby every mapping strategy that a JIT could use.',
  )
  .version(version())
  .showSuggestionAfterError()
  .configureHelp({ showGlobalOptions: true })
  .option('--no-color', 'plain text (as does NO_COLOR)')
  .option('--config <file>', `strategies, defaults and gates (default: ${configNames[0]}, if it is there)`)
  .option('--no-config', 'as if there were no configuration')
  .exitOverride();
const commands = [
  runCommand,
  abCommand,
  compareCommand,
  reportCommand,
  explainCommand,
  profileCommand,
  verifyCommand,
  exportCommand,
  historyCommand,
  doctorCommand,
  listCommand,
  showCommand,
];
for (const make of commands) program.addCommand(make().copyInheritedSettings(program));
program.addHelpText(
  'after',
  `
Exit status: 0 measured, 1 something failed, 2 usage, 3 a gate fails or a regression is found, 4 nothing that was asked for is available, 130 interrupted.`,
);

program.hook('preAction', (_, action) => applyConfig(program.opts().config, action));

// A reader that has seen enough (`mapbench run | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.measured);
});

try {
  const unsupported = unsupportedHost();
  if (unsupported !== undefined) throw new UsageError(unsupported);
  await program.parseAsync();
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
