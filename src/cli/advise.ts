import { Command } from 'commander';
import { wxDemands } from '../advice/constraints.ts';
import { workloadNames } from '../workloads/catalogue.ts';
import { oneOf, policies, policyHelp, size, wholeNumber } from './arguments.ts';

/** `mapbench advise`: the strategy to use. */
export function adviseCommand(): Command {
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
    .option('--threads <n>', 'threads that load at the same time (default: 1)', wholeNumber(1, 1024))
    .option('--module-size <bytes>', 'of one module, as 64K', size)
    .option('--workload <name>', "what is loaded (default: most rows')", oneOf(workloadNames))
    .option('--loads-per-second <n>', 'of all threads together', wholeNumber(1, 1_000_000_000))
    .option('--no-sketch', 'without the C')
    .option('--format <name>', 'table or json', oneOf(['table', 'json']), 'table')
    .action(async (documents: string[], options, command: Command) => {
      const { advise } = await import('./advise-action.ts');
      process.exitCode = await advise(documents, { ...options, color: command.optsWithGlobals().color });
    });
}
