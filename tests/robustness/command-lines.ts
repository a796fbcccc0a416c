import type { Argument, CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import fc from 'fast-check';
import { mapbenchProgram } from '../../src/cli/commands.ts';
import { valueFor } from './values.ts';

/**
 * Options that change the host's settings for a while, or run a command that is given: not with random words,
 * beside other tests. tests/cli/doctor.test.ts has them.
 */
const changingTheHost: readonly (string | undefined)[] = ['--fix', '--restore', '--tune'];

/** Options and arguments of which few make a command line that gets far: more only add mistakes. */
const most = 4;

/**
 * CommandUnknownOpts lines of every command with every option, as commander knows them: those that are added
 * later, too.
 */
export function commandLines(): fc.Arbitrary<string[]> {
  const program = mapbenchProgram();
  const lines = program.commands.map((command) => lineOf(program, command));
  const none = fc.array(valueFor(), { maxLength: 2 });
  return fc.oneof({ weight: 20, arbitrary: fc.oneof(...lines) }, { weight: 1, arbitrary: none });
}

/** How many options there are to fuzz, of all commands. */
export function optionCount(): number {
  const program = mapbenchProgram();
  return [program, ...program.commands].reduce((sum, { options }) => sum + options.length, 0);
}

function lineOf(program: CommandUnknownOpts, command: CommandUnknownOpts): fc.Arbitrary<string[]> {
  const options = [...command.options, ...program.options]
    .filter(({ long }) => !changingTheHost.includes(long))
    .map(optionWords);
  const given = fc.array(fc.oneof(...options, misspelt), { maxLength: most });
  const words = fc.tuple(...command.registeredArguments.map(argumentWords));
  const extra = fc.oneof(
    { weight: 9, arbitrary: fc.constant<string[]>([]) },
    fc.array(valueFor(), { maxLength: 2 }),
  );
  return fc
    .tuple(given, words, extra, fc.boolean())
    .map(([first, last, rest, swap]) => [
      command.name(),
      ...(swap ? [...last.flat(), ...first.flat()] : [...first.flat(), ...last.flat()]),
      ...rest,
    ]);
}

/** An option as users write it, mostly with a value where it takes one. */
function optionWords(option: Option): fc.Arbitrary<string[]> {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined);
  const value = valueFor(choicesOf(option));
  const flag = fc.constantFrom(...flags);
  if (option.isBoolean()) return fc.oneof({ weight: 9, arbitrary: fc.tuple(flag) }, fc.tuple(flag, value));
  return fc.oneof(
    { weight: 9, arbitrary: fc.tuple(flag, value) },
    { weight: 2, arbitrary: fc.tuple(flag, value).map(([name, text]) => [`${name}=${text}`]) },
    fc.tuple(flag),
  );
}

/** What an option or argument says that it takes; parsers that take one of a few words tell them. */
function choicesOf({ argChoices, parseArg }: Option | Argument): readonly string[] {
  return argChoices ?? (parseArg as { choices?: readonly string[] } | undefined)?.choices ?? [];
}

function argumentWords(argument: Argument): fc.Arbitrary<string[]> {
  const value = valueFor(choicesOf(argument));
  if (argument.variadic) return fc.array(value, { maxLength: 3 });
  return fc.oneof({ weight: 9, arbitrary: value.map((text) => [text]) }, fc.constant<string[]>([]));
}

const misspelt = fc.constantFrom(
  ['--forsk', '1'],
  ['--__proto__'],
  ['-Z'],
  ['--'],
  ['--no-'],
  ['--\u001b[31m'],
);
