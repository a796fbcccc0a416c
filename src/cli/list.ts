import { Command } from 'commander';
import { oneOf } from './arguments.ts';

/** `mapbench list`: the strategies and whether they run here. */
export function listCommand(): Command {
  return new Command('list')
    .description('list the strategies, and which of them this host can run')
    .option('--probe', 'also ask the kernel for ways that it refuses, and print its answers')
    .option('--format <name>', 'table or json', oneOf(['table', 'json']), 'table')
    .action(async (options, command: Command) => {
      const { list } = await import('./list-action.ts');
      process.exitCode = await list({ ...options, color: command.optsWithGlobals().color });
    });
}
