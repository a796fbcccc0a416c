import {
  Argument,
  Command,
  CommanderError,
  type CommandUnknownOpts,
  Option,
} from '@commander-js/extra-typings';
import { wxDemands } from '../advice/constraints.ts';
import { tracerNames } from '../observe/tracer.ts';
import { usualPolicies } from '../policies/policy.ts';
import { exportFormats } from '../results/export/formats.ts';
import { historyFolder } from '../results/history-folder.ts';
import { backgroundWork, type Effort, effort, pairedDefaults } from '../runner/presets.ts';
import { catalogue } from '../strategies/catalogue.ts';
import { RequestError } from '../system/errors.ts';
import { nearest } from '../system/spelling.ts';
import { versionWithCommit } from '../system/version.ts';
import { workloadNames } from '../workloads/catalogue.ts';
import { applyConfig, configNames } from './config.ts';
import { exitCodes, outputAsSentences } from './exit.ts';
import {
  baselineName,
  caseCommand,
  collect,
  cpuOption,
  date,
  duration,
  eventNames,
  exportTarget,
  failOnOption,
  formatOption,
  formats,
  icacheOption,
  label,
  layoutOption,
  metricOption,
  oneOf,
  percentage,
  policies,
  policyHelp,
  relativeToOption,
  repeatable,
  type Shell,
  shells,
  shownLanguages,
  size,
  sizes,
  strategyHelp,
  targetOption,
  thresholdOption,
  wholeNumber,
  words,
  workloadCommand,
} from './options.ts';
import { findTopic, plainTopic, topicNames } from './topics.ts';

/** The commands, in the order of help. */
const commands = [
  runCommand,
  abCommand,
  compareCommand,
  kernelsCommand,
  reportCommand,
  explainCommand,
  profileCommand,
  verifyCommand,
  matrixCommand,
  observeCommand,
  adviseCommand,
  exportCommand,
  historyCommand,
  doctorCommand,
  listCommand,
  showCommand,
  completionCommand,
];

/** mapbench's command line: what is parsed, and what help, completion and the manual page are made of. */
export function mapbenchProgram(): Command {
  const program = new Command('mapbench')
    .description(
      'Measures what it costs to get freshly generated machine code into executable memory,\nby every mapping strategy that a JIT could use.',
    )
    .option('-V, --version', 'print the version and the commit that it was built from')
    .on('option:version', printVersion)
    .showSuggestionAfterError()
    .configureOutput(outputAsSentences)
    .configureHelp({ showGlobalOptions: true })
    .option('--no-color', 'plain text (as does NO_COLOR)')
    .option('--config <file>', `strategies, defaults and gates (default: ${configNames[0]}, if it is there)`)
    .option('--no-config', 'as if there were no configuration')
    .exitOverride();
  for (const make of commands) program.addCommand(make().copyInheritedSettings(program));
  // Commander's own knows no topics.
  program.helpCommand(false);
  program.addCommand(helpCommand(program).copyInheritedSettings(program));
  program.addCommand(completeCommand(program).copyInheritedSettings(program), { hidden: true });
  program.addHelpText(
    'after',
    `
Exit status: 0 measured, 1 something failed, 2 usage, 3 a gate fails or a regression is found, 4 nothing that was asked for is available, 130 interrupted.
Topics of help: ${topicNames.join(', ')}, as in mapbench help ${topicNames[0]}.`,
  );
  return program.hook('preAction', (_, action) => applyConfig(program.opts().config, action));
}

/** Whether colours are wanted, which is asked of all commands. */
function colorOf(command: CommandUnknownOpts): boolean {
  return command.optsWithGlobals().color === true;
}

/** What `--version` does. */
function printVersion(): never {
  console.log(`mapbench ${versionWithCommit()}`);
  throw new CommanderError(exitCodes.measured, 'commander.version', 'version');
}

/** `mapbench ab`: two settings against each other, paired. */
function abCommand(): CommandUnknownOpts {
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
      .addOption(cpuOption('CPU to pin the forks to (default: the last one allowed)'))
      .option('--threshold <percent>', 'a change up to this is noise', percentage, 0.01)
      .addOption(failOnOption('a B that is slower'))
      .option('-o, --output <file>', 'also write both sides as a JSON document')
      .addOption(formatOption())
      .action(async (a, b, options, command) => {
        const { ab } = await import('./actions/ab.ts');
        process.exitCode = await ab(a, b, { ...options, color: colorOf(command) });
      })
  );
}

/** `mapbench advise`: the strategy to use. */
function adviseCommand(): CommandUnknownOpts {
  return new Command('advise')
    .description(
      'name the strategy to use, the runner-up and what each demand costs, from results or a quick run',
    )
    .argument('[document...]', 'documents, or names of baselines (default: a quick run of the catalogue)')
    .option(
      '--wx <demand>',
      'strict: no memory both writable and executable; dual: through two mappings it may be; any',
      oneOf(wxDemands),
      'any',
    )
    .option('--no-hugepages', 'without huge pages')
    .option('--no-memfd', 'without memfd_create')
    .option('--batching', 'several modules may be loaded before the first is run')
    .option('--policy <list>', `the process is under ${policyHelp}: strategies are tried here`, policies)
    .option('--matrix <file>', 'take what runs under --policy from mapbench matrix -o, in place of trying')
    .option('--observed <file>', 'take threads, size and loads a second from mapbench observe -o')
    .option('--threads <n>', 'threads that load at the same time (default: 1)', wholeNumber(1, 1024))
    .option('--module-size <bytes>', 'of one module, as 64K', size)
    .option('--workload <name>', "what is loaded (default: most rows')", oneOf(workloadNames))
    .option('--loads-per-second <n>', 'of all threads together', wholeNumber(1, 1_000_000_000))
    .option('--max-memory <bytes>', 'that a live module may take, with its page tables, as 20K', size)
    .option('--no-sketch', 'without the C')
    .addOption(formatOption())
    .action(async (documents: string[], options, command) => {
      const { advise } = await import('./actions/advise.ts');
      process.exitCode = await advise(documents, { ...options, color: colorOf(command) });
    });
}

/** `mapbench kernels`: the same cases under several kernels. */
function kernelsCommand(): CommandUnknownOpts {
  return caseCommand('kernels')
    .description(
      'measure the same cases under several kernels, booted in turn, and compare them with the first; what it prints can be pasted into a mail',
    )
    .argument(
      '<name=image...>',
      'a bzImage or Image with kernel parameters behind it, debian/6.12, or a document that -o has written; as base=/boot/vmlinuz p1=arch/x86/boot/bzImage',
    )
    .option('--boots <n>', 'boots of every kernel: the unit of intervals and tests', wholeNumber(1, 100), 3)
    .option('--time <ms>', 'milliseconds of samples of a case in a boot', wholeNumber(1, 3_600_000))
    .addOption(metricOption())
    .option('--no-phases', 'without the steps that changed')
    .option(
      '--seed <n>',
      'seed of the order of boots and cases (default: drawn)',
      wholeNumber(0, 2 ** 32 - 1),
    )
    .addOption(thresholdOption('the first kernel'))
    .addOption(failOnOption('a slowdown against the first kernel'))
    .option(
      '--bisect <script>',
      'for git bisect run: it builds a kernel and prints the path of its image; exit with 0 (good), 1 (regressed) or 125 (not built, or not booted)',
    )
    .addOption(formatOption())
    .option('-o, --output <folder>', 'also write a document of every kernel there, after every boot')
    .action(async (texts: string[], options, command) => {
      const { kernels } = await import('./actions/kernels.ts');
      process.exitCode = await kernels(texts, { ...options, color: colorOf(command) });
    });
}

/** `mapbench compare`: two documents case by case, or many side by side. */
function compareCommand(): CommandUnknownOpts {
  return new Command('compare')
    .description('compare result documents or baselines, the oldest first; many make a table')
    .argument('[document...]', 'documents, or names of baselines')
    .option('--old <file...>', 'runs of the older side, as base-*.json: with several the run is the unit')
    .option('--new <file...>', 'runs of the newer side')
    .addOption(thresholdOption('the older one'))
    .addOption(relativeToOption())
    .addOption(failOnOption('a slowdown'))
    .option('--strict', 'refuse documents of different hosts, kernels or options')
    .addOption(
      new Option(
        '--by-host',
        'the same run on many hosts: case by host, and the spread between hosts',
      ).conflicts(['threshold', 'failOn', 'strict']),
    )
    .option(
      '--why',
      'also what moved with each change: settings and host, steps (of run --phases), counters; what explains most first',
    )
    .option(
      '--flame <file...>',
      'with --why: a profile of either side, as mapbench profile -o x.speedscope.json writes it',
    )
    .option('--plot', 'also a box plot of every case, its documents one below the other')
    .addOption(formatOption())
    .action(async (names: string[], options, command) => {
      const given = { ...options, color: colorOf(command) };
      process.exitCode = options.byHost
        ? (await import('./actions/compare-hosts.ts')).compareByHost(names, given)
        : (await import('./actions/compare.ts')).compare(names, given);
    });
}

const install = `
Install:
  bash  mapbench completion bash > ~/.local/share/bash-completion/completions/mapbench
        or in ~/.bashrc: eval "$(mapbench completion bash)"
  zsh   in ~/.zshrc, after compinit: source <(mapbench completion zsh)
        or as the file _mapbench in a folder of $fpath
  fish  mapbench completion fish > ~/.config/fish/completions/mapbench.fish`;

/** `mapbench completion`: a shell's script, which asks `mapbench complete` for what fits. */
function completionCommand(): CommandUnknownOpts {
  return new Command('completion')
    .description('print the script that completes commands, options and strategies in a shell')
    .addArgument(new Argument('<shell>', shells.join(', ')).argParser(oneOf(shells)))
    .addHelpText('after', install)
    .action(async (shell: Shell) => {
      const { completionScript } = await import('./completion.ts');
      process.stdout.write(completionScript(shell));
    });
}

/** `mapbench complete -- <word...>`: what fits the last word, one a line. What the shells' scripts call. */
function completeCommand(program: CommandUnknownOpts): CommandUnknownOpts {
  return new Command('complete')
    .argument('<word...>', 'the words of the command line, the last being written')
    .helpOption(false)
    .action(async (words: string[]) => {
      const { complete, printCompletion } = await import('./completion.ts');
      process.stdout.write(printCompletion(complete(program, words)));
    });
}

/** `mapbench doctor`: what on this host makes numbers worse or strategies unavailable. */
function doctorCommand(): CommandUnknownOpts {
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
    .addOption(cpuOption('with --fix: CPU to keep interrupts off (default: the one run measures on)'))
    .option('--huge-pages <n>', 'with --fix: free 2 MiB pages', wholeNumber(0, 1_000_000), 8)
    .addOption(formatOption())
    .action(async (words: string[], options, command) => {
      const { doctor } = await import('./actions/doctor.ts');
      process.exitCode = await doctor(words, { ...options, color: colorOf(command) });
    });
}

/** `mapbench explain`: one strategy, with everything that tells why it costs what it costs. */
function explainCommand(): CommandUnknownOpts {
  return new Command('explain')
    .description('measure one strategy and say why it costs what it costs')
    .argument('<strategy>', 'its name, or a file that declares it')
    .option('--pages <n>', 'pages of the module', wholeNumber(1, 65_536), 4)
    .addOption(layoutOption())
    .option('--forks <n>', `fresh child processes (default: ${effort.default.forks})`, wholeNumber(2, 1000))
    .option(
      '--time <ms>',
      `milliseconds of samples in every fork (default: ${effort.default.time})`,
      wholeNumber(1, 3_600_000),
    )
    .addOption(targetOption())
    .addOption(metricOption())
    .option('--verbose', 'also its program, every row of the histogram and every counter that is missing')
    .addOption(cpuOption('CPU to pin the forks to (default: the last one allowed)'))
    .option('-o, --output <file>', 'also write the JSON document')
    .action(async (name: string, options, command) => {
      const { explain } = await import('./actions/explain.ts');
      process.exitCode = await explain(name, { ...options, color: colorOf(command) });
    });
}

/** `mapbench export`: a saved document in another format. */
function exportCommand(): CommandUnknownOpts {
  return new Command('export')
    .description('write a saved document or baseline in another format')
    .argument('<document>', 'a document, or the name of a baseline')
    .addOption(new Option('--format <name>', formats).argParser(oneOf(exportFormats)).makeOptionMandatory())
    .requiredOption(
      '-o, --output <file>',
      'the file to write; for criterion the folder, for github-summary the file to add to',
    )
    .action(async (document, { format, output }) => {
      const { exportDocument } = await import('./actions/export.ts');
      exportDocument(document, { format, file: output });
    });
}

/** `mapbench help`: of all, of a command, or of a topic. */
function helpCommand(program: CommandUnknownOpts): CommandUnknownOpts {
  return new Command('help')
    .description(`show help of a command or a topic: ${topicNames.join(', ')}`)
    .argument('[topic]', 'a command or a topic')
    .action((name) => {
      const topic = findTopic(name);
      if (topic === undefined) commandNamed(program, name).outputHelp();
      else process.stdout.write(plainTopic(topic));
    });
}

function commandNamed(program: CommandUnknownOpts, name: string | undefined): CommandUnknownOpts {
  if (name === undefined) return program;
  const commands = program.createHelp().visibleCommands(program);
  const found = commands.find((command) => command.name() === name);
  if (found !== undefined) return found;
  const known = [...commands.map((command) => command.name()), ...topicNames];
  throw new RequestError(
    `there is no help of '${name}'; the nearest is ${nearest(name, known)}; the topics are ${topicNames.join(', ')}`,
  );
}

/** `mapbench history`: recorded runs over time, and what changed when. */
function historyCommand(): CommandUnknownOpts {
  return new Command('history')
    .description('show recorded runs (run --record) over time, and where their level changed')
    .argument('[strategy...]', 'names and globs as memfd* (default: all that were recorded)', words)
    .option('--folder <folder>', 'where the documents are', historyFolder)
    .option('--since <date>', 'only runs from then on, as 2026-11-20 or 2026-11-20T14:00Z', date)
    .option(
      '--metric <name>',
      'time, or relative: multiples of a reference case of the same run, in which the machine cancels',
      oneOf(['time', 'relative']),
      'time',
    )
    .addOption(
      new Option('--relative-to <strategy>', 'the reference of --metric relative')
        .argParser(oneOf(catalogue.map(({ name }) => name)))
        .default('rwx'),
    )
    .option('--threshold <percent>', 'changes smaller than this are not told (default: 1%)', percentage)
    .addOption(formatOption())
    .action(async (strategies: string[] | undefined, options, command) => {
      const { history } = await import('./actions/history.ts');
      process.exitCode = history(strategies ?? [], { ...options, color: colorOf(command) });
    });
}

/** `mapbench list`: the strategies and whether they run here. */
function listCommand(): CommandUnknownOpts {
  return new Command('list')
    .description('list the strategies, and which of them this host can run')
    .option('--probe', 'also ask the kernel for ways that it refuses, and print its answers')
    .addOption(formatOption())
    .action(async (options, command) => {
      const { list } = await import('./actions/list.ts');
      process.exitCode = await list({ ...options, color: colorOf(command) });
    });
}

/** `mapbench matrix`: which strategies run under which policies. */
function matrixCommand(): CommandUnknownOpts {
  return new Command('matrix')
    .description(
      'try which strategies run under which hardening policies, each in a child that is put under it',
    )
    .argument('[strategy...]', strategyHelp, ['@all'])
    .option(
      '--policy <list>',
      `a column: ${policyHelp}; repeatable (default: ${usualPolicies.join(' ')})`,
      repeatable((text: string, before: readonly string[] = []) => [...before, policies(text)]),
    )
    .addOption(targetOption())
    .addOption(formatOption())
    .option('-o, --output <file>', 'also write the JSON to a file')
    .action(async (strategies: string[], options, command) => {
      const { matrix } = await import('./actions/matrix.ts');
      process.exitCode = await matrix(strategies, { ...options, color: colorOf(command) });
    });
}

/** `mapbench observe`: which strategy a program uses. */
function observeCommand(): CommandUnknownOpts {
  return new Command('observe')
    .description(
      'trace a program, and say which strategy it gets its code into executable memory by, how often, and what that costs',
    )
    .argument('[command...]', 'after --: the command and its arguments')
    .option('--pid <n>', 'observe a process that runs already', wholeNumber(1, 2 ** 22))
    .option(
      '--time <time>',
      'with --pid: how long, as 10s (default: to its end, or Ctrl-C)',
      duration(86_400_000),
    )
    .addOption(
      new Option(
        '--tracer <name>',
        `${tracerNames.join(' or ')} (default: perf as root where it works, else strace)`,
      ).argParser(oneOf(tracerNames)),
    )
    .option(
      '--baseline',
      'run the command once more without the tracer, silently: how much that slowed it down',
    )
    .option('--from <document...>', 'price loads by these results (default: a quick run of a few strategies)')
    .option('--no-cost', 'do not price loads, and measure nothing')
    .option('-o, --output <file>', 'also write what was observed as JSON, for advise --observed')
    .action(async (words: string[], options, command) => {
      const { observe } = await import('./actions/observe.ts');
      process.exitCode = await observe(words, { ...options, color: colorOf(command) });
    });
}

/** `mapbench profile`: what the kernel does in a strategy's loop, as perf sees it. */
function profileCommand(): CommandUnknownOpts {
  return workloadCommand('profile')
    .description('look at strategies with perf: flame graphs, and the kernel functions that cost most')
    .argument('<strategy...>', strategyHelp)
    .option('--pages <n>', 'pages of the module', wholeNumber(1, 65_536), 4)
    .addOption(layoutOption())
    .option(
      '--duration <s>',
      'how long each strategy is looked at, as 5s or 500ms',
      duration(3_600_000),
      5000,
    )
    .option('--diff', 'of two strategies: the second, coloured by what takes more or less than in the first')
    .addOption(cpuOption('CPU to pin the loop to (default: the last one allowed)'))
    .option(
      '-o, --output <file>',
      'an interactive page (.html), a picture (.svg), speedscope’s (.speedscope.json) or folded stacks (.folded); repeatable',
      collect,
    )
    .action(async (names: string[], options, command) => {
      const { profile } = await import('./actions/profile.ts');
      process.exitCode = await profile(names, { ...options, color: colorOf(command) });
    });
}

/** `mapbench report`: documents as a page. */
function reportCommand(): CommandUnknownOpts {
  return new Command('report')
    .description('write result documents or baselines as one HTML page with charts, the oldest first')
    .argument(
      '<document...>',
      'documents, or names of baselines; the last is shown, the others are compared with',
    )
    .option('-o, --output <file>', 'the page, or - for standard output', 'report.html')
    .option('--title <text>', "the page's heading (default: the document's name)")
    .addOption(thresholdOption('the older one'))
    .addOption(relativeToOption())
    .option('--assert <gate>', 'exit with 3 unless it holds, as "memfd < 0.2 * reuse" (repeatable)', collect)
    .option('--assert-file <file>', 'gates from a file, one a line (repeatable)', collect)
    .option('--flame <file...>', 'profiles to show, as mapbench profile -o x.speedscope.json writes them')
    .option('--matrix <file>', 'what runs under which policies, as mapbench matrix -o writes it')
    .option('--history [folder]', `recorded runs whose trends to show (default: ${historyFolder})`)
    .option('--strict', 'undecided gates fail; refuse documents of different hosts, kernels or options')
    .action(async (names: string[], options) => {
      const { report } = await import('./actions/report.ts');
      process.exitCode = report(names, options);
    });
}

/** What a preset does, for help. */
function describeEffort(name: 'quick' | 'rigorous'): string {
  const { forks, time, precision }: Effort = effort[name];
  const until = precision === undefined ? '' : ` --precision ${precision * 100}%`;
  return `as --forks ${forks} --time ${time}${until}`;
}

/** An option under the name that it had before: for one version it works, and says the new one. */
function withFormerName(command: CommandUnknownOpts, former: string, option: string): CommandUnknownOpts {
  const parse = command.options.find((each) => each.attributeName() === option)?.parseArg;
  const old = new Option(`--${former} <value>`).hideHelp();
  command.addOption(parse === undefined ? old : old.argParser(parse));
  return command.on(`option:${former}`, () => {
    process.stderr.write(`mapbench: --${former} is called --${option} now\n`);
    command.setOptionValueWithSource(option, command.getOptionValue(former), 'cli');
  });
}

/** `mapbench run`: measures and prints. */
export function runCommand(): CommandUnknownOpts {
  const command = caseCommand('run')
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
      '--background <what>',
      `what the other threads do: ${backgroundWork.join(', ')}; beside compute one thread loads, beside fault half of them (default: "load")`,
      oneOf(backgroundWork),
    )
    .option('--live', 'of patch: another thread runs what is patched (--threads 2 --background run)')
    .option(
      '--processes <n,...>',
      'processes that load at the same time, each in an address space of its own, on CPUs as threads: as 1,2,4',
      sizes(1, 1024),
    )
    .option('--policy <list>', `put the children under ${policyHelp}`, policies)
    .addOption(cpuOption('CPU to pin the forks to (default: the last one allowed)'))
    .addOption(targetOption())
    .addOption(metricOption())
    .option('--tune', 'as root: huge page pool, governor and interrupts as they should be while it measures')
    .addOption(formatOption('what goes to standard output: table or json'))
    .option('--phases', "also where an iteration's time goes, step by step, and how long code can be written")
    .option('--latency', 'also how long single iterations take: percentiles and a histogram')
    .option(
      '--memory',
      'also what a live module weighs: resident, shared memory, page tables, VMAs, descriptors, and what is left after it',
    )
    .option(
      '--event <name>',
      'also count a perf event or tracepoint a load, as page-faults, cycles:k or tlb:tlb_flush (repeatable)',
      eventNames,
    )
    .option('--counters', 'also faults, times, switches and interrupts an iteration')
    .option('--plot', 'also a box plot of every case, over the samples of all forks')
    .option('--verbose', 'also means, where the variance comes from, outliers')
    .option('-o, --output <file>', 'also write the JSON document to a file, after every round')
    .option('--save-baseline <name>', 'keep the document as a baseline in results/', baselineName)
    .option('--record [folder]', `add the document to the history (default folder: ${historyFolder})`)
    .option(
      '--runs <n>',
      'so many runs, each a document (x-1.json, x-2.json, …): intervals and comparisons are over runs then',
      wholeNumber(1, 1000),
    )
    .option(
      '--spread <time>',
      'from the first run to the last, as 1h (default: one after the other)',
      duration(7 * 86_400_000),
    )
    .option('--label <key=value>', 'keep it in the document, for comparisons to name (repeatable)', label)
    .option(
      '--baseline <name>',
      'compare with a document or baseline, one run or several, or with history: the level of the recorded runs of this host',
    )
    .addOption(thresholdOption('the baseline'))
    .addOption(relativeToOption())
    .addOption(failOnOption('a slowdown against the baseline'))
    .option('--assert <gate>', 'exit with 3 unless it holds, as "memfd < 0.2 * reuse" (repeatable)', collect)
    .option('--assert-file <file>', 'gates from a file, one a line (repeatable)', collect)
    .option('--strict', 'undecided gates fail; a baseline of another host, kernel or options is refused')
    .option('--export <format=file>', `also write ${formats} (repeatable)`, exportTarget)
    .action(async (options, command) => {
      const { run } = await import('./actions/run.ts');
      process.exitCode = await run({ ...options, color: colorOf(command) });
    });
  return withFormerName(command, 'others', 'background');
}

/** `mapbench show`: a strategy's program. */
function showCommand(): CommandUnknownOpts {
  return workloadCommand('show')
    .description('show the program of a strategy, for people or as C to check a number with')
    .argument('<strategy>', 'its name, or a file that declares it')
    .option(
      '--lang <name>',
      'text; c, a program of its own; will-it-scale, a testcase for its tests/; asm, the loop as it is run',
      oneOf(shownLanguages),
      'text',
    )
    .option('--pages <n>', "pages of the module (default: the workload's)", wholeNumber(1, 65_536))
    .addOption(layoutOption('neighbours of the mappings in C'))
    .addOption(icacheOption())
    .action(async (name, options) => {
      const { show } = await import('./actions/show.ts');
      await show(name, options);
    });
}

/** `mapbench verify`: whether strategies do what they say. */
function verifyCommand(): CommandUnknownOpts {
  return new Command('verify')
    .description(
      'check that fresh code is what runs, protections, real system calls, nothing left; address entropy',
    )
    .addArgument(new Argument('[strategy...]', `${strategyHelp} (default: @all)`).argParser(words))
    .option('--pages <n,...>', 'pages of the module: sizes and ranges', sizes(1, 65_536), [4])
    .addOption(layoutOption())
    .addOption(icacheOption())
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
    .addOption(targetOption())
    .option('--verbose', 'also what each check has seen')
    .addOption(formatOption())
    .action(async (strategies: string[] | undefined, options, command) => {
      const { verifyAll } = await import('./actions/verify.ts');
      const names = strategies?.length ? strategies : ['@all'];
      process.exitCode = await verifyAll(names, { ...options, color: colorOf(command) });
    });
}
