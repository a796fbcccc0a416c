import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { allTopics, type Topic } from '../../src/cli/topics.ts';
import { version } from '../../src/system/version.ts';
import { macro, plain, sentences, termList } from './mdoc.ts';

/** mapbench(1), in mdoc: what `mapbench --help`, the commands' help and the topics say. */
export function manualPage(program: CommandUnknownOpts): string {
  const help = program.createHelp();
  const commands = help.visibleCommands(program);
  const lines = [
    String.raw`.\" Made by scripts/man from the definitions of the commands; npm run man.`,
    // Of this layout: what the page says is as old as the commands.
    '.Dd November 23, 2026',
    '.Dt MAPBENCH 1',
    '.Os',
    ...section('NAME', '.Nm mapbench', '.Nd what loading freshly generated machine code costs'),
    ...section('SYNOPSIS', '.Nm', '.Op Ar option ...', '.Ar command', '.Op Ar argument ...'),
    ...section('DESCRIPTION', sentences(help.commandDescription(program))),
    ...section('OPTIONS', 'Of every command:', ...termList(optionsOf(program))),
    ...section('COMMANDS', ...commands.flatMap(commandSection)),
    ...allTopics.flatMap(topicSection),
    ...section('SEE ALSO', '.Xr perf 1 ,', '.Xr memfd_create 2 ,', '.Xr mmap 2 ,', '.Xr mprotect 2'),
    '.Pp',
    plain(`This is the page of mapbench ${version()}.`),
  ];
  return `${lines.join('\n')}\n`;
}

function section(title: string, ...lines: readonly string[]): string[] {
  return [`.Sh ${title}`, ...lines];
}

function commandSection(command: CommandUnknownOpts): string[] {
  const help = command.createHelp();
  const usage = help.commandUsage(command).replace(/^mapbench /, '');
  const own = optionsOf(command).filter(([flags]) => !flags.includes('--help'));
  const taken = command.registeredArguments.flatMap((argument) =>
    argument.description === '' ? [] : [[help.argumentTerm(argument), argument.description] as const],
  );
  return [
    `.Ss ${plain(command.name())}`,
    macro('Nm', ...usage.split(' ')),
    '.Pp',
    sentences(asSentence(help.commandDescription(command))),
    ...termList([...taken, ...own]),
  ];
}

function optionsOf(command: CommandUnknownOpts): [string, string][] {
  const help = command.createHelp();
  return help
    .visibleOptions(command)
    .map((option: Option) => [help.optionTerm(option), help.optionDescription(option)]);
}

/** Sections that manual pages name otherwise, as sections of their own all the same. */
function topicSection({ title, paragraphs, terms = [] }: Topic): string[] {
  const texts = paragraphs.flatMap((paragraph, index) =>
    index === 0 ? [sentences(paragraph)] : ['.Pp', sentences(paragraph)],
  );
  return section(title.toUpperCase(), ...texts, ...termList(terms));
}

function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
