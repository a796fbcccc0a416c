import { Command, Option } from 'commander';
import { engineNames } from '../program/engine.ts';
import { layouts } from '../program/layout.ts';
import { articleStrategies, catalogue } from '../strategies/catalogue.ts';
import { workloads } from '../workloads/catalogue.ts';
import {
  baselineName,
  collect,
  exportTarget,
  formats,
  namesOf,
  oneOf,
  percentage,
  sizes,
  wholeNumber,
} from './arguments.ts';
import { type Effort, effort } from './effort.ts';
import { relativeToOption } from './relative-to.ts';

/** What a preset does, for help. */
function describeEffort(name: 'quick' | 'rigorous'): string {
  const { forks, time, precision }: Effort = effort[name];
  const until = precision === undefined ? '' : ` --precision ${precision * 100}%`;
  return `as --forks ${forks} --time ${time}${until}`;
}

/** Adds the options that say what is measured: they make the cases. */
export function withCaseOptions(command: Command): Command {
  const names = catalogue.map(({ name }) => name);
  return command
    .option(
      '-s, --strategy <name...>',
      `strategies to measure (default: ${articleStrategies.join(', ')})`,
      namesOf(names),
    )
    .option(
      '--pages <n,...>',
      'pages of the module: sizes and ranges, as 4,33 or 1..1024 (doubling)',
      sizes(1, 65_536),
      [4],
    )
    .option(
      '--engine <name>',
      `who drives the loop: ${engineNames.join(' or ')}`,
      oneOf(engineNames),
      'native',
    )
    .option(
      '--workload <name>',
      `what is loaded and run: ${workloads.map(({ name }) => name).join(' or ')}`,
      oneOf(workloads.map(({ name }) => name)),
      'ret',
    )
    .option(
      '--layout <name>',
      `neighbours of the mappings: ${layouts.join(', ')}`,
      oneOf(layouts),
      'guarded',
    );
}

/** `mapbench run`: measures and prints. */
export function runCommand(): Command {
  return withCaseOptions(new Command('run'))
    .description('measure strategies and print what they cost')
    .option(
      '--forks <n>',
      `fresh child processes for every case (default: ${effort.default.forks})`,
      wholeNumber(1, 1000),
    )
    .option(
      '--time <ms>',
      `milliseconds of samples in every fork (default: ${effort.default.time})`,
      wholeNumber(1, 3_600_000),
    )
    .option(
      '--precision <percent>',
      "add rounds until every interval's half-width is under this, or --max-time is reached",
      percentage,
    )
    .option('--max-time <s>', 'seconds after which --precision adds no round', wholeNumber(1, 86_400), 300)
    .addOption(new Option('--quick', describeEffort('quick')).conflicts('rigorous'))
    .option('--rigorous', describeEffort('rigorous'))
    .option(
      '--seed <n>',
      'seed of the order of cases and of the estimates (default: drawn)',
      wholeNumber(0, 2 ** 32 - 1),
    )
    .option('--cpu <n>', 'CPU to pin the forks to (default: the last one allowed)', wholeNumber(0, 1023))
    .option(
      '--format <name>',
      'what goes to standard output: table or json',
      oneOf(['table', 'json']),
      'table',
    )
    .option('--phases', "also where an iteration's time goes, step by step, and how long code can be written")
    .option('--latency', 'also how long single iterations take: percentiles and a histogram')
    .option('--counters', 'also faults, times, switches and interrupts an iteration')
    .option('--verbose', 'also means, where the variance comes from, outliers')
    .option('-o, --output <file>', 'also write the JSON document to a file, after every round')
    .option('--save-baseline <name>', 'keep the document as a baseline in results/', baselineName)
    .option('--baseline <name>', 'compare with a baseline or a document')
    .option(
      '--threshold <percent>',
      'a change up to this is noise (default: learnt from the baseline)',
      percentage,
    )
    .addOption(relativeToOption())
    .option('--fail-on <what>', 'exit with 3 on a regression against the baseline', oneOf(['regression']))
    .option('--assert <gate>', 'exit with 3 unless it holds, as "memfd < 0.2 * reuse" (repeatable)', collect)
    .option('--assert-file <file>', 'gates from a file, one a line (repeatable)', collect)
    .option('--strict', 'undecided gates fail; documents of different hosts are not compared')
    .option('--export <format=file>', `also write ${formats} (repeatable)`, exportTarget)
    .action(async (options, command: Command) => {
      const { run } = await import('./run-action.ts');
      process.exitCode = await run({ ...options, color: command.optsWithGlobals().color });
    });
}
