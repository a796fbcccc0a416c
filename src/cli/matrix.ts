import { Command } from 'commander';
import { oneOf, policies, policyHelp } from './arguments.ts';
import { strategyHelp } from './strategies.ts';

/** The columns of a matrix unless others are asked for. */
export const usualPolicies = [
  'mdwe',
  'memlock=64K',
  'noexec-shm',
  'memfd-noexec=2',
  'seccomp=docker',
  'seccomp=systemd-mdwe',
  'unprivileged',
] as const;

/** `mapbench matrix`: which strategies run under which policies. */
export function matrixCommand(): Command {
  return new Command('matrix')
    .description(
      'try which strategies run under which hardening policies, each in a child that is put under it',
    )
    .argument('[strategy...]', strategyHelp, ['@all'])
    .option(
      '--policy <list>',
      `a column: ${policyHelp}; repeatable (default: ${usualPolicies.join(' ')})`,
      (text: string, before: readonly string[] = []) => [...before, policies(text)],
    )
    .option('--format <name>', 'table or json', oneOf(['table', 'json']), 'table')
    .option('-o, --output <file>', 'also write the JSON to a file')
    .action(async (strategies: string[], options, command: Command) => {
      const { matrix } = await import('./matrix-action.ts');
      process.exitCode = await matrix(strategies, { ...options, color: command.optsWithGlobals().color });
    });
}
