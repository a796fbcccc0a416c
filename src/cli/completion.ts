import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Argument, type CommandUnknownOpts, type Option } from '@commander-js/extra-typings';
import { baselineFolder } from '../results/baselines.ts';
import { exportFormats } from '../results/export/formats.ts';
import { catalogue } from '../strategies/catalogue.ts';
import { groups } from '../strategies/strategy.ts';
import { packageFile } from '../system/version.ts';
import type { Shell } from './options.ts';
import { topicNames } from './topics.ts';

/** Where a command line ends: what the word that is being written can be. */
interface Cursor {
  readonly command: CommandUnknownOpts;
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
function cursorAfter(program: CommandUnknownOpts, words: readonly string[]): Cursor {
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
function optionOf(command: CommandUnknownOpts, flag: string): Option | undefined {
  return optionsOf(command).find(({ short, long }) => flag === short || flag === long);
}

/** The options that a command takes: its own, then those of mapbench. */
export function optionsOf(command: CommandUnknownOpts): Option[] {
  const help = command.createHelp();
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
}

function argumentAt(command: CommandUnknownOpts, index: number): Argument | undefined {
  const { registeredArguments: all } = command;
  return all[index] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined);
}

/** A word that fits, and what it is. */
interface Candidate {
  readonly value: string;
  readonly about?: string;
}

/** What an option or an argument takes. */
interface Values {
  readonly candidates: readonly Candidate[];
  /** Whether paths fit too. */
  readonly paths?: 'files' | 'folders';
  /** Whether several can be joined with commas. */
  readonly isList?: boolean;
  /** Whether more follows in the same word. */
  readonly isOpen?: boolean;
}

const strategies = catalogue.map(({ name, summary }): Candidate => ({ value: name, about: summary }));
const strategyGroups = ['all', ...groups].map(
  (name): Candidate => ({ value: `@${name}`, about: name === 'all' ? 'every strategy' : `group ${name}` }),
);
/** What people ask for of sizes and fractions. */
const examples: Readonly<Record<string, readonly string[]>> = {
  pages: ['1', '4', '33', '1..1024'],
  call: ['1', '10%', 'all'],
  precision: ['1%', '2%', '5%'],
  threshold: ['1%', '2%', '5%'],
  detect: ['1%', '3%', '5%'],
};

/** The values of an option or an argument: by its parser where that has a list, else by its name. */
function valuesOf(taker: Option | Argument): Values {
  const choices = choicesOf(taker);
  if (choices !== undefined) return { candidates: choices.map((value) => ({ value })) };
  const name = taker instanceof Argument ? taker.name() : taker.attributeName();
  if (name === 'strategy') {
    const several = taker.variadic;
    return {
      candidates: several ? [...strategies, ...strategyGroups] : strategies,
      paths: 'files',
      isList: several,
    };
  }
  if (['document', 'old', 'new', 'baseline'].includes(name))
    return { candidates: baselines(), paths: 'files' };
  if (name === 'topic') return { candidates: topicNames.map((value) => ({ value, about: 'topic' })) };
  if (name === 'export')
    return { candidates: exportFormats.map((format) => ({ value: `${format}=` })), isOpen: true };
  if (examples[name] !== undefined) return { candidates: examples[name].map((value) => ({ value })) };
  return { candidates: [], ...pathsOf(taker) };
}

function choicesOf({ argChoices, parseArg }: Option | Argument): readonly string[] | undefined {
  return argChoices ?? (parseArg as { choices?: readonly string[] } | undefined)?.choices;
}

function pathsOf(taker: Option | Argument): Pick<Values, 'paths'> {
  const text = taker instanceof Argument ? taker.name() : taker.flags;
  if (/[<[]file/.test(text)) return { paths: 'files' };
  return /[<[]folder/.test(text) ? { paths: 'folders' } : {};
}

function baselines(): Candidate[] {
  if (!existsSync(baselineFolder)) return [];
  return readdirSync(baselineFolder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ value: name.slice(0, -'.json'.length), about: 'baseline' }));
}

/** What fits where a command line ends. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly paths?: Values['paths'];
  readonly isOpen?: boolean | undefined;
}

/** What fits the last of the words that follow `mapbench`. */
export function complete(program: CommandUnknownOpts, words: readonly string[]): Completion {
  const current = words.at(-1) ?? '';
  const cursor = cursorAfter(program, words.slice(0, -1));
  if (cursor.option !== undefined && (cursor.isDue || !current.startsWith('-')))
    return fitting(valuesOf(cursor.option), current);
  const [, flag, value] = /^(--[^=]+)=(.*)$/.exec(current) ?? [];
  const option = flag === undefined || cursor.isOver ? undefined : optionOf(cursor.command, flag);
  if (option !== undefined) return fitting(valuesOf(option), value ?? '', `${flag}=`);
  if (current.startsWith('-') && !cursor.isOver) return { candidates: starting(flags(cursor), current) };
  return argument(cursor, program, current);
}

/** A completion as the shells' scripts read it, in lines. */
export function printCompletion({ candidates, paths, isOpen }: Completion): string {
  const lines = candidates.map(({ value, about }) =>
    about === undefined ? value : `${value}\t${about.replaceAll(/\s+/g, ' ')}`,
  );
  return [...lines, ...(paths === undefined ? [] : [`:${paths}`]), ...(isOpen ? [':nospace'] : [])]
    .map((line) => `${line}\n`)
    .join('');
}

/** Commands, arguments; and options where there is nothing else. */
function argument(cursor: Cursor, program: CommandUnknownOpts, current: string): Completion {
  const { command, argument: due } = cursor;
  const hasCommands = command === program ? cursor.isFirst : due?.name() === 'topic';
  const commands = hasCommands ? program.createHelp().visibleCommands(program) : [];
  const known = commands.map((each) => ({ value: each.name(), about: each.description() }));
  const values: Values = due === undefined ? { candidates: [] } : valuesOf(due);
  const found = fitting({ ...values, candidates: [...known, ...values.candidates] }, current);
  const isNothing = found.candidates.length === 0 && found.paths === undefined && current === '';
  return isNothing && !cursor.isOver ? { candidates: flags(cursor) } : found;
}

/** Options that were not given yet, or can be given again. */
function flags({ command, given }: Cursor): Candidate[] {
  return optionsOf(command)
    .filter((option) => !given.has(option) || option.variadic || isRepeatable(option))
    .flatMap(({ long, short, description }) => ({ value: long ?? short ?? '', about: description }));
}

function isRepeatable({ parseArg }: Option): boolean {
  return (parseArg as { isRepeatable?: true } | undefined)?.isRepeatable === true;
}

/** Values that begin as a word does; `before` is what the shell sees in front of it. */
function fitting(values: Values, current: string, before = ''): Completion {
  // Of a list, the last part is being written.
  const head = values.isList ? current.slice(0, current.lastIndexOf(',') + 1) : '';
  const taken = head.split(',');
  const candidates = starting(values.candidates, current.slice(head.length))
    .filter(({ value }) => !taken.includes(value))
    .map(({ value, about }) => ({ value: before + head + value, ...(about !== undefined && { about }) }));
  // Of format=file, the file is.
  const isFile = values.isOpen === true && current.includes('=');
  const paths = isFile ? 'files' : values.paths;
  return { candidates, ...(paths !== undefined && { paths }), isOpen: values.isOpen && !isFile };
}

function starting(candidates: readonly Candidate[], start: string): Candidate[] {
  return candidates.filter(({ value }) => value.startsWith(start));
}

/** The script of a shell. It knows nothing of mapbench: it hands over the words and shows what comes back. */
export function completionScript(shell: Shell): string {
  return readFileSync(packageFile(`completions/mapbench.${shell}`), 'utf8');
}
