import { Command } from 'commander';
import { layouts } from '../program/layouts.ts';
import { oneOf, wholeNumber } from './arguments.ts';
import { withWorkloadOptions } from './workload-options.ts';

/** `mapbench show`: a strategy's program. */
export function showCommand(): Command {
  const command = new Command('show')
    .description('show the program of a strategy, for people or as C to check a number with')
    .argument('<strategy>', 'its name, or a file that declares it')
    .option('--lang <name>', 'text or c', oneOf(['text', 'c']), 'text')
    .option('--pages <n>', "pages of the module (default: the workload's)", wholeNumber(1, 65_536))
    .option(
      '--layout <name>',
      `neighbours of the mappings in C: ${layouts.join(', ')}`,
      oneOf(layouts),
      'guarded',
    );
  return withWorkloadOptions(command).action(async (name, options) => {
    const { show } = await import('./show-action.ts');
    await show(name, options);
  });
}
