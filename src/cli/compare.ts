import { Command } from 'commander';
import { oneOf, percentage } from './arguments.ts';
import { relativeToOption } from './relative-to.ts';

/** `mapbench compare`: two documents case by case, or many side by side. */
export function compareCommand(): Command {
  return new Command('compare')
    .description('compare result documents or baselines, the oldest first; many make a table')
    .argument('<old>', 'a document, or the name of a baseline')
    .argument('<new...>', 'documents, or names of baselines')
    .option(
      '--threshold <percent>',
      'a change up to this is noise (default: learnt from the older one)',
      percentage,
    )
    .addOption(relativeToOption())
    .option('--fail-on <what>', 'exit with 3 on a regression', oneOf(['regression']))
    .option('--strict', 'refuse documents of different hosts, kernels or options')
    .option('--plot', 'also a box plot of every case, its documents one below the other')
    .option('--format <name>', 'table or json', oneOf(['table', 'json']), 'table')
    .action(async (old: string, others: string[], options, command: Command) => {
      const { compare } = await import('./compare-action.ts');
      process.exitCode = compare([old, ...others], { ...options, color: command.optsWithGlobals().color });
    });
}
