import { Command, Option } from 'commander';
import { oneOf, wholeNumber } from './arguments.ts';

/** `mapbench doctor`: what on this host makes numbers worse or strategies unavailable. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('say what on this host makes numbers worse or strategies unavailable, and what changes it')
    .argument('[command...]', 'with --fix, after --: the command for whose length settings are changed')
    .addOption(
      new Option(
        '--fix',
        'change the huge page pool, governor and interrupts while a command runs, or until Ctrl-C',
      ).conflicts(['restore', 'format']),
    )
    .addOption(
      new Option('--restore', 'put back what a mapbench that was killed left changed').conflicts('format'),
    )
    .option(
      '--cpu <n>',
      'with --fix: CPU to keep interrupts off (default: the one run measures on)',
      wholeNumber(0, 8191),
    )
    .option('--huge-pages <n>', 'with --fix: free 2 MiB pages', wholeNumber(0, 1_000_000), 8)
    .option('--format <name>', 'table or json', oneOf(['table', 'json']), 'table')
    .action(async (words: string[], options, command: Command) => {
      const { doctor } = await import('./doctor-action.ts');
      process.exitCode = await doctor(words, { ...options, color: command.optsWithGlobals().color });
    });
}
