import { Command, Option } from 'commander';
import { oneOf, percentage } from './arguments.ts';
import { relativeToOption } from './relative-to.ts';

/** `mapbench compare`: two documents case by case, or many side by side. */
export function compareCommand(): Command {
  return new Command('compare')
    .description('compare result documents or baselines, the oldest first; many make a table')
    .argument('<old>', 'a document, or the name of a baseline')
    .argument('[new...]', 'documents, or names of baselines')
    .option(
      '--threshold <percent>',
      'a change up to this is noise (default: learnt from the older one)',
      percentage,
    )
    .addOption(relativeToOption())
    .option('--fail-on <what>', 'exit with 3 on a regression', oneOf(['regression']))
    .option('--strict', 'refuse documents of different hosts, kernels or options')
    .addOption(
      new Option(
        '--by-host',
        'the same run on many hosts: case by host, and the spread between hosts',
      ).conflicts(['threshold', 'failOn', 'strict']),
    )
    .option('--plot', 'also a box plot of every case, its documents one below the other')
    .option('--format <name>', 'table or json', oneOf(['table', 'json']), 'table')
    .action(async (old: string, others: string[], options, command: Command) => {
      const names = [old, ...others];
      const given = { ...options, color: command.optsWithGlobals().color };
      process.exitCode = options.byHost
        ? (await import('./compare-hosts-action.ts')).compareByHost(names, given)
        : (await import('./compare-action.ts')).compare(names, given);
    });
}
