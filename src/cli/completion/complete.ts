import type { Command } from 'commander';
import { type Cursor, cursorAfter, optionOf, optionsOf } from './cursor.ts';
import { type Candidate, type Values, valuesOf } from './values.ts';

/** What fits where a command line ends. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly paths?: Values['paths'];
  readonly isOpen?: boolean | undefined;
}

/** What fits the last of the words that follow `mapbench`. */
export function complete(program: Command, words: readonly string[]): Completion {
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
function argument(cursor: Cursor, program: Command, current: string): Completion {
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
    .filter((option) => !given.has(option) || option.variadic || /repeatable/.test(option.description))
    .flatMap(({ long, short, description }) => ({ value: long ?? short ?? '', about: description }));
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
