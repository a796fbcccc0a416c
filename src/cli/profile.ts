import { Command } from 'commander';
import { layouts } from '../program/layouts.ts';
import { collect, duration, oneOf, wholeNumber } from './arguments.ts';
import { strategyHelp } from './strategies.ts';
import { withWorkloadOptions } from './workload-options.ts';

/** `mapbench profile`: what the kernel does in a strategy's loop, as perf sees it. */
export function profileCommand(): Command {
  return withWorkloadOptions(new Command('profile'))
    .description('look at strategies with perf: flame graphs, and the kernel functions that cost most')
    .argument('<strategy...>', strategyHelp)
    .option('--pages <n>', 'pages of the module', wholeNumber(1, 65_536), 4)
    .option('--layout <name>', `neighbours of the mappings: ${layouts.join(', ')}`, oneOf(layouts), 'guarded')
    .option('--duration <s>', 'how long each strategy is looked at, as 5s or 500ms', duration, 5000)
    .option('--diff', 'of two strategies: the second, coloured by what takes more or less than in the first')
    .option('--cpu <n>', 'CPU to pin the loop to (default: the last one allowed)', wholeNumber(0, 8191))
    .option(
      '-o, --output <file>',
      'an interactive page (.html), a picture (.svg), speedscope’s (.speedscope.json) or folded stacks (.folded); repeatable',
      collect,
    )
    .action(async (names: string[], options, command: Command) => {
      const { profile } = await import('./profile-action.ts');
      process.exitCode = await profile(names, { ...options, color: command.optsWithGlobals().color });
    });
}
