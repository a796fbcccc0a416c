import { Command, Option } from 'commander';
import { historyFolder } from '../results/history-folder.ts';
import { catalogue } from '../strategies/catalogue.ts';
import { date, oneOf, percentage, words } from './arguments.ts';

/** `mapbench history`: recorded runs over time, and what changed when. */
export function historyCommand(): Command {
  return new Command('history')
    .description('show recorded runs (run --record) over time, and where their level changed')
    .argument('[strategy...]', 'names and globs as memfd* (default: all that were recorded)', words)
    .option('--folder <folder>', 'where the documents are', historyFolder)
    .option('--since <date>', 'only runs from then on, as 2026-11-20 or 2026-11-20T14:00Z', date)
    .option(
      '--metric <name>',
      'time, or relative: multiples of a reference case of the same run, in which the machine cancels',
      oneOf(['time', 'relative']),
      'time',
    )
    .addOption(
      new Option('--relative-to <strategy>', 'the reference of --metric relative')
        .argParser(oneOf(catalogue.map(({ name }) => name)))
        .default('rwx'),
    )
    .option('--threshold <percent>', 'changes smaller than this are not told (default: 1%)', percentage)
    .option('--format <name>', 'table or json', oneOf(['table', 'json']), 'table')
    .action(async (strategies: string[] | undefined, options, command: Command) => {
      const { history } = await import('./history-action.ts');
      process.exitCode = history(strategies ?? [], { ...options, color: command.optsWithGlobals().color });
    });
}
