import { Command } from 'commander';
import { layouts } from '../program/layouts.ts';
import { effort } from '../runner/effort.ts';
import { oneOf, wholeNumber } from './arguments.ts';

/** `mapbench explain`: one strategy, with everything that tells why it costs what it costs. */
export function explainCommand(): Command {
  return new Command('explain')
    .description('measure one strategy and say why it costs what it costs')
    .argument('<strategy>', 'its name, or a file that declares it')
    .option('--pages <n>', 'pages of the module', wholeNumber(1, 65_536), 4)
    .option('--layout <name>', `neighbours of the mappings: ${layouts.join(', ')}`, oneOf(layouts), 'guarded')
    .option('--forks <n>', 'fresh child processes', wholeNumber(2, 1000), effort.default.forks)
    .option(
      '--time <ms>',
      'milliseconds of samples in every fork',
      wholeNumber(1, 3_600_000),
      effort.default.time,
    )
    .option('--verbose', 'also its program, every row of the histogram and every counter that is missing')
    .option('--cpu <n>', 'CPU to pin the forks to (default: the last one allowed)', wholeNumber(0, 8191))
    .option('-o, --output <file>', 'also write the JSON document')
    .action(async (name: string, options, command: Command) => {
      const { explain } = await import('./explain-action.ts');
      process.exitCode = await explain(name, { ...options, color: command.optsWithGlobals().color });
    });
}
