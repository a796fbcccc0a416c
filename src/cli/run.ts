import { Command, Option } from 'commander';
import { type EngineName, engineNames } from '../program/engine.ts';
import { type Layout, layouts } from '../program/layouts.ts';
import { historyFolder } from '../results/history-folder.ts';
import { othersWork } from '../runner/companions.ts';
import { type Effort, effort } from '../runner/effort.ts';
import type { CaseOptions } from '../runner/plan.ts';
import { articleStrategies } from '../strategies/catalogue.ts';
import {
  baselineName,
  collect,
  exportTarget,
  formats,
  oneOf,
  percentage,
  policies,
  policyHelp,
  sizes,
  wholeNumber,
  words,
} from './arguments.ts';
import { UsageError } from './exit-codes.ts';
import { relativeToOption } from './relative-to.ts';
import { strategyHelp } from './strategies.ts';
import {
  isDrivenByFfi,
  type WorkloadArguments,
  withWorkloadOptions,
  workloadParametersOf,
} from './workload-options.ts';

/** What a preset does, for help. */
function describeEffort(name: 'quick' | 'rigorous'): string {
  const { forks, time, precision }: Effort = effort[name];
  const until = precision === undefined ? '' : ` --precision ${precision * 100}%`;
  return `as --forks ${forks} --time ${time}${until}`;
}

/** Adds the options that say what is measured: they make the cases. */
export function withCaseOptions(command: Command): Command {
  return withWorkloadOptions(command)
    .option('-s, --strategy <name...>', `${strategyHelp} (default: ${articleStrategies.join(', ')})`, words)
    .option(
      '--pages <n,...>',
      "pages of the module: sizes and ranges, as 4,33 or 1..1024 (doubling); default: the workload's",
      sizes(1, 65_536),
    )
    .option(
      '--engine <name>',
      `who drives the loop: ${engineNames.join(' or ')}`,
      oneOf(engineNames),
      'native',
    )
    .option(
      '--layout <name>',
      `neighbours of the mappings: ${layouts.join(', ')}`,
      oneOf(layouts),
      'guarded',
    );
}

/** The case options as commander gives them. */
export interface CaseArguments extends WorkloadArguments {
  readonly strategy?: readonly string[];
  readonly pages?: readonly number[];
  readonly engine: EngineName;
  readonly layout: Layout;
}

/** The plan's view of the case options. Throws a UsageError for those that do not go together. */
export function caseOptionsOf(given: CaseArguments): CaseOptions {
  const { pages, engine, layout, workload } = given;
  if (engine === 'ffi' && !isDrivenByFfi(workload))
    throw new UsageError(`--workload ${workload} needs --engine native: ffi runs one module that stays`);
  return { pages, engine, layout, workload, parameters: workloadParametersOf(given) };
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
    .option(
      '--fork-timeout <s>',
      'seconds after which a fork counts as hung and is killed (default: 30 s and ten times --time)',
      wholeNumber(1, 86_400),
    )
    .addOption(new Option('--quick', describeEffort('quick')).conflicts('rigorous'))
    .option('--rigorous', describeEffort('rigorous'))
    .option(
      '--seed <n>',
      'seed of the order of cases and of the estimates (default: drawn)',
      wholeNumber(0, 2 ** 32 - 1),
    )
    .option(
      '--threads <n,...>',
      'threads in one process, each on a CPU of its own while there are enough: numbers and ranges, as 1,2,4',
      sizes(1, 1024),
    )
    .option(
      '--others <what>',
      `what the other threads do: ${othersWork.join(', ')}; beside compute one thread loads, beside fault half of them (default: "load")`,
      oneOf(othersWork),
    )
    .option('--policy <list>', `put the children under ${policyHelp}`, policies)
    .option('--cpu <n>', 'CPU to pin the forks to (default: the last one allowed)', wholeNumber(0, 8191))
    .option('--tune', 'as root: huge page pool, governor and interrupts as they should be while it measures')
    .option(
      '--format <name>',
      'what goes to standard output: table or json',
      oneOf(['table', 'json']),
      'table',
    )
    .option('--phases', "also where an iteration's time goes, step by step, and how long code can be written")
    .option('--latency', 'also how long single iterations take: percentiles and a histogram')
    .option('--counters', 'also faults, times, switches and interrupts an iteration')
    .option('--plot', 'also a box plot of every case, over the samples of all forks')
    .option('--verbose', 'also means, where the variance comes from, outliers')
    .option('-o, --output <file>', 'also write the JSON document to a file, after every round')
    .option('--save-baseline <name>', 'keep the document as a baseline in results/', baselineName)
    .option('--record [folder]', `add the document to the history (default folder: ${historyFolder})`)
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
    .option('--strict', 'undecided gates fail; a baseline of another host, kernel or options is refused')
    .option('--export <format=file>', `also write ${formats} (repeatable)`, exportTarget)
    .action(async (options, command: Command) => {
      const { run } = await import('./run-action.ts');
      process.exitCode = await run({ ...options, color: command.optsWithGlobals().color });
    });
}
