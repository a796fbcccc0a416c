import type { Argument, Command, Option } from 'commander';

/** Where a command line ends: what the word that is being written can be. */
export interface Cursor {
  readonly command: Command;
  /** The option whose value is due, or may be. */
  readonly option: Option | undefined;
  /** Whether the word can be nothing but a value of that option. */
  readonly isDue: boolean;
  /** The argument that comes next. */
  readonly argument: Argument | undefined;
  /** Whether there was no argument yet. */
  readonly isFirst: boolean;
  readonly given: ReadonlySet<Option>;
  /** Whether `--` was given: only arguments can follow. */
  readonly isOver: boolean;
}

/** Reads the words before the one that is being written, as commander would. */
export function cursorAfter(program: Command, words: readonly string[]): Cursor {
  let command = program;
  let option: Option | undefined;
  let [isDue, isOver] = [false, false];
  let count = 0;
  const given = new Set<Option>();
  for (const word of words) {
    if (isDue || (option !== undefined && !word.startsWith('-'))) {
      isDue = false;
      if (!option?.variadic) option = undefined;
      continue;
    }
    option = undefined;
    if (!isOver && word === '--') isOver = true;
    else if (!isOver && word.startsWith('-')) {
      const found = optionOf(command, word.split('=')[0] ?? word);
      if (found !== undefined) given.add(found);
      if (word.startsWith('--') && word.includes('=')) continue;
      option = found?.required || found?.optional ? found : undefined;
      isDue = option?.required ?? false;
    } else {
      const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
      if (next === undefined || count > 0) count++;
      else command = next;
    }
  }
  return {
    command,
    option,
    isDue,
    argument: argumentAt(command, count),
    isFirst: count === 0,
    given,
    isOver,
  };
}

/** An option of a command or of those above it, by its short or long name. */
export function optionOf(command: Command, flag: string): Option | undefined {
  return optionsOf(command).find(({ short, long }) => flag === short || flag === long);
}

/** The options that a command takes: its own, then those of mapbench. */
export function optionsOf(command: Command): Option[] {
  const help = command.createHelp();
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
}

function argumentAt(command: Command, index: number): Argument | undefined {
  const { registeredArguments: all } = command;
  return all[index] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined);
}
