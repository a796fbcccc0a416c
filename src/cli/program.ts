import { Command, CommanderError } from 'commander';
import { versionWithCommit } from '../system/version.ts';
import { abCommand } from './ab.ts';
import { adviseCommand } from './advise.ts';
import { compareCommand } from './compare.ts';
import { completeCommand, completionCommand } from './completion.ts';
import { applyConfig, configNames } from './config.ts';
import { doctorCommand } from './doctor.ts';
import { exitCodes } from './exit-codes.ts';
import { explainCommand } from './explain.ts';
import { exportCommand } from './export.ts';
import { helpCommand } from './help.ts';
import { historyCommand } from './history.ts';
import { listCommand } from './list.ts';
import { matrixCommand } from './matrix.ts';
import { profileCommand } from './profile.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';
import { outputAsSentences } from './sentence.ts';
import { showCommand } from './show.ts';
import { topicNames } from './topics.ts';
import { verifyCommand } from './verify.ts';

/** The commands, in the order of help. */
const commands = [
  runCommand,
  abCommand,
  compareCommand,
  reportCommand,
  explainCommand,
  profileCommand,
  verifyCommand,
  matrixCommand,
  adviseCommand,
  exportCommand,
  historyCommand,
  doctorCommand,
  listCommand,
  showCommand,
  completionCommand,
];

/** mapbench's command line: what is parsed, and what help, completion and the manual page are made of. */
export function mapbenchProgram(): Command {
  const program = new Command('mapbench')
    .description(
      'Measures what it costs to get freshly generated machine code into executable memory,\nby every mapping strategy that a JIT could use.',
    )
    .option('-V, --version', 'print the version and the commit that it was built from')
    .on('option:version', printVersion)
    .showSuggestionAfterError()
    .configureOutput(outputAsSentences)
    .configureHelp({ showGlobalOptions: true })
    .option('--no-color', 'plain text (as does NO_COLOR)')
    .option('--config <file>', `strategies, defaults and gates (default: ${configNames[0]}, if it is there)`)
    .option('--no-config', 'as if there were no configuration')
    .exitOverride();
  for (const make of commands) program.addCommand(make().copyInheritedSettings(program));
  // Commander's own knows no topics.
  program.helpCommand(false);
  program.addCommand(helpCommand(program).copyInheritedSettings(program));
  program.addCommand(completeCommand(program).copyInheritedSettings(program), { hidden: true });
  program.addHelpText(
    'after',
    `
Exit status: 0 measured, 1 something failed, 2 usage, 3 a gate fails or a regression is found, 4 nothing that was asked for is available, 130 interrupted.
Topics of help: ${topicNames.join(', ')}, as in mapbench help ${topicNames[0]}.`,
  );
  return program.hook('preAction', (_, action) => applyConfig(program.opts().config, action));
}

/** What `--version` does. */
function printVersion(): never {
  console.log(`mapbench ${versionWithCommit()}`);
  throw new CommanderError(exitCodes.measured, 'commander.version', 'version');
}
