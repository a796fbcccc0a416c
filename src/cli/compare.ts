import { Command } from 'commander';
import { oneOf, percentage } from './arguments.ts';

/** `mapbench compare`: two documents, case by case. */
export function compareCommand(): Command {
  return new Command('compare')
    .description('compare two result documents or baselines, the older one first')
    .argument('<old>', 'a document, or the name of a baseline')
    .argument('<new>', 'a document, or the name of a baseline')
    .option(
      '--threshold <percent>',
      'a change up to this is noise (default: learnt from the older one)',
      percentage,
    )
    .option('--fail-on <what>', 'exit with 3 on a regression', oneOf(['regression']))
    .option('--strict', 'refuse documents of different hosts, kernels or options')
    .option('--format <name>', 'table or json', oneOf(['table', 'json']), 'table')
    .action(async (old, now, options, command: Command) => {
      const { compare } = await import('./compare-action.ts');
      process.exitCode = compare(old, now, { ...options, color: command.optsWithGlobals().color });
    });
}
