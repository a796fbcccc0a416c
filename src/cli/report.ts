import { Command } from 'commander';
import { historyFolder } from '../results/history-folder.ts';
import { collect, percentage } from './arguments.ts';
import { relativeToOption } from './relative-to.ts';

/** `mapbench report`: documents as a page. */
export function reportCommand(): Command {
  return new Command('report')
    .description('write result documents or baselines as one HTML page with charts, the oldest first')
    .argument(
      '<document...>',
      'documents, or names of baselines; the last is shown, the others are compared with',
    )
    .option('-o, --output <file>', 'the page, or - for standard output', 'report.html')
    .option('--title <text>', "the page's heading (default: the document's name)")
    .option(
      '--threshold <percent>',
      'a change up to this is noise (default: learnt from the older one)',
      percentage,
    )
    .addOption(relativeToOption())
    .option('--assert <gate>', 'exit with 3 unless it holds, as "memfd < 0.2 * reuse" (repeatable)', collect)
    .option('--assert-file <file>', 'gates from a file, one a line (repeatable)', collect)
    .option('--flame <file...>', 'profiles to show, as mapbench profile -o x.speedscope.json writes them')
    .option('--matrix <file>', 'what runs under which policies, as mapbench matrix -o writes it')
    .option('--history [folder]', `recorded runs whose trends to show (default: ${historyFolder})`)
    .option('--strict', 'undecided gates fail; refuse documents of different hosts, kernels or options')
    .action(async (names: string[], options) => {
      const { report } = await import('./report-action.ts');
      process.exitCode = report(names, options);
    });
}
