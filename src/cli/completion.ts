import { Argument, Command } from 'commander';
import { oneOf } from './arguments.ts';

/** The shells that have completion. */
const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

const install = `
Install:
  bash  mapbench completion bash > ~/.local/share/bash-completion/completions/mapbench
        or in ~/.bashrc: eval "$(mapbench completion bash)"
  zsh   in ~/.zshrc, after compinit: source <(mapbench completion zsh)
        or as the file _mapbench in a folder of $fpath
  fish  mapbench completion fish > ~/.config/fish/completions/mapbench.fish`;

/** `mapbench completion`: a shell's script, which asks `mapbench complete` for what fits. */
export function completionCommand(): Command {
  return new Command('completion')
    .description('print the script that completes commands, options and strategies in a shell')
    .addArgument(new Argument('<shell>', shells.join(', ')).argParser(oneOf(shells)))
    .addHelpText('after', install)
    .action(async (shell: Shell) => {
      const { completionScript } = await import('./completion/scripts.ts');
      process.stdout.write(completionScript(shell));
    });
}

/** `mapbench complete -- <word...>`: what fits the last word, one a line. What the shells' scripts call. */
export function completeCommand(program: Command): Command {
  return new Command('complete')
    .argument('<word...>', 'the words of the command line, the last being written')
    .helpOption(false)
    .action(async (words: string[]) => {
      const { complete, printCompletion } = await import('./completion/complete.ts');
      process.stdout.write(printCompletion(complete(program, words)));
    });
}
