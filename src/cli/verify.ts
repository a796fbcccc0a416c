import { Argument, Command } from 'commander';
import { layouts } from '../program/layouts.ts';
import { oneOf, sizes, wholeNumber, words } from './arguments.ts';
import { strategyHelp } from './strategies.ts';

/** `mapbench verify`: whether strategies do what they say. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'check that fresh code is what runs, protections, real system calls, nothing left; address entropy',
    )
    .addArgument(new Argument('[strategy...]', `${strategyHelp} (default: @all)`).argParser(words))
    .option('--pages <n,...>', 'pages of the module: sizes and ranges', sizes(1, 65_536), [4])
    .option('--layout <name>', `neighbours of the mappings: ${layouts.join(', ')}`, oneOf(layouts), 'guarded')
    .option(
      '--draws <n>',
      'processes in which addresses are drawn; 0 for no entropy',
      wholeNumber(0, 10_000),
      40,
    )
    .option(
      '--fork-timeout <s>',
      'seconds after which the checks of a case count as hung (default: 30)',
      wholeNumber(1, 86_400),
    )
    .option('--verbose', 'also what each check has seen')
    .option('--format <name>', 'table or json', oneOf(['table', 'json']), 'table')
    .action(async (strategies: string[] | undefined, options, command: Command) => {
      const { verifyAll } = await import('./verify-action.ts');
      const { color } = command.optsWithGlobals();
      process.exitCode = await verifyAll(strategies?.length ? strategies : ['@all'], { ...options, color });
    });
}
