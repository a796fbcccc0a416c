import { type Command, InvalidArgumentError, type Option } from 'commander';
import { mistake, unknownKey } from '../runner/own/mistake.ts';
import { RequestError } from '../runner/request-error.ts';

/** What a preset stands for: a preset on the command line wins over all of it. */
const efforts = ['quick', 'rigorous', 'forks', 'time', 'precision'];
/** What belongs to a workload: means nothing to another one that the command line names. */
const parameters = ['call', 'patches', 'modules'];

/**
 * Gives a command the values that its command line does not. They are read as the command line's would be. Throws a
 * RequestError that begins with `file` for what is no option or a wrong value.
 */
export function applyDefaults(
  command: Command,
  defaults: Readonly<Record<string, unknown>>,
  file: string,
): void {
  const isGiven = (key: string) => command.getOptionValueSource(key) === 'cli';
  const outdone = new Set([
    ...(isGiven('quick') || isGiven('rigorous') ? efforts : []),
    ...(isGiven('workload') ? parameters : []),
  ]);
  const options = new Map(command.options.map((option) => [option.attributeName(), option]));
  // Gates have a place of their own in a configuration.
  options.delete('assert');
  for (const [key, found] of Object.entries(defaults)) {
    const option = options.get(key);
    if (option === undefined)
      throw new RequestError(`${file}: ${unknownKey(`defaults.${key}`, key, [...options.keys()])}`);
    if (found === undefined) continue;
    const value = readAs(option, found, `${file}: defaults.${key}`);
    if (!isGiven(key) && !outdone.has(key)) command.setOptionValueWithSource(key, value, 'config');
  }
}

/** The value that the command line would give an option. */
function readAs(option: Option, found: unknown, name: string): unknown {
  if (option.isBoolean()) {
    if (typeof found === 'boolean') return found;
    throw new RequestError(mistake(name, found, 'true or false'));
  }
  const { parseArg } = option;
  const texts = textsOf(option, found);
  if (parseArg === undefined) {
    if (texts?.length === 1) return texts[0];
    throw new RequestError(mistake(name, found, 'a text'));
  }
  try {
    // The parser says what it expects; no option takes this text.
    return (texts ?? ['\0']).reduce((before: unknown, text) => parseArg(text, before), undefined);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new RequestError(mistake(name, found, expectationOf(error)));
  }
}

/** What would stand on the command line; undefined for what cannot. Sizes stand in one word, other lists in many. */
function textsOf(option: Option, found: unknown): string[] | undefined {
  const values: unknown[] = Array.isArray(found) ? found : [found];
  const isText = (value: unknown) => typeof value === 'string' || typeof value === 'number';
  if (values.length === 0 || !values.every(isText)) return undefined;
  return option.attributeName() === 'pages' ? [values.join(',')] : values.map(String);
}

/** "It must be X; the nearest is 1." as "X": which number is near to a word says nothing. */
function expectationOf({ message }: InvalidArgumentError): string {
  return message
    .replace(/^It (must be|needs) /, '')
    .replace(/; the nearest is [\d.]+\.?$/, '')
    .replace(/\.$/, '');
}
