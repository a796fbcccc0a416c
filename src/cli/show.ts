import { Argument, Command } from 'commander';
import { layouts } from '../program/layout.ts';
import { catalogue } from '../strategies/catalogue.ts';
import { namesOf, oneOf, wholeNumber } from './arguments.ts';

/** `mapbench show`: a strategy's program. */
export function showCommand(): Command {
  const parseName = namesOf(catalogue.map(({ name }) => name));
  return new Command('show')
    .description('show the program of a strategy, for people or as C to check a number with')
    .addArgument(new Argument('<strategy>', 'its name').argParser((text) => parseName(text)[0]))
    .option('--lang <name>', 'text or c', oneOf(['text', 'c']), 'text')
    .option('--pages <n>', 'pages of the module', wholeNumber(1, 65_536), 4)
    .option(
      '--layout <name>',
      `neighbours of the mappings in C: ${layouts.join(', ')}`,
      oneOf(layouts),
      'guarded',
    )
    .action(async (name, options) => {
      const { show } = await import('./show-action.ts');
      show(name, options);
    });
}
