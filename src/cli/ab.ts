import { Command } from 'commander';
import { pairedDefaults } from '../runner/paired-defaults.ts';
import { oneOf, percentage, wholeNumber } from './arguments.ts';

/** `mapbench ab`: two settings against each other, paired. */
export function abCommand(): Command {
  return (
    new Command('ab')
      .description(
        'compare two settings side by side in every process, in ABBA blocks, in which drift cancels',
      )
      .argument('<optionsA>', 'options of `mapbench run` that name one case, as "-s reuse"')
      .argument('<optionsB>', 'the same for the other side, as "-s reuse --layout merged"')
      // The two arguments begin with a hyphen themselves.
      .allowUnknownOption()
      .allowExcessArguments(false)
      .option(
        '--duration <s>',
        'seconds to measure for at most',
        wholeNumber(1, 86_400),
        pairedDefaults.duration / 1000,
      )
      .option(
        '--detect <percent>',
        'measure until a slowdown of this size would be found with a probability of 95 %',
        percentage,
        0.03,
      )
      .option(
        '--time <ms>',
        'milliseconds of samples of each side in every fork',
        wholeNumber(1, 3_600_000),
        pairedDefaults.timePerFork,
      )
      .option('--seed <n>', 'seed of the order within forks (default: drawn)', wholeNumber(0, 2 ** 32 - 1))
      .option('--cpu <n>', 'CPU to pin the forks to (default: the last one allowed)', wholeNumber(0, 8191))
      .option('--threshold <percent>', 'a change up to this is noise', percentage, 0.01)
      .option('--fail-on <what>', 'exit with 3 if B is slower', oneOf(['regression']))
      .option('-o, --output <file>', 'also write both sides as a JSON document')
      .option('--format <name>', 'table or json', oneOf(['table', 'json']), 'table')
      .action(async (a, b, options, command: Command) => {
        const { ab } = await import('./ab-action.ts');
        process.exitCode = await ab(a, b, { ...options, color: command.optsWithGlobals().color });
      })
  );
}
