import { type CommandUnknownOpts, InvalidArgumentError, type Option } from '@commander-js/extra-typings';
import type { KnownStrategy } from '../runner/plan.ts';
import { fromCatalogue } from '../runner/select.ts';
import { describeMistake, mistake, strategiesIn, unknownKey } from '../runner/user/check.ts';
import { describeError, loadUserModule, type UserModule } from '../runner/user/load.ts';
import { RequestError } from '../system/errors.ts';
import { z } from '../vendor/zod.ts';
import { WrongValue } from './options.ts';

/** A configuration, checked but for the values of its defaults. */
export interface ReadConfig {
  /** The file, as messages name it. */
  readonly name: string;
  /** The catalogue and the user's strategies. */
  readonly known: readonly KnownStrategy[];
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly gates: readonly string[];
}

const configSchema = z.strictObject(
  {
    strategies: z.array(z.unknown(), { error: 'a list of strategies' }).default([]),
    defaults: z.record(z.string(), z.unknown(), { error: 'an object with options of run' }).default({}),
    gates: z
      .array(z.string({ error: "a text, as 'memfd < 0.2 * reuse'" }), { error: 'a list of texts' })
      .default([]),
  },
  { error: 'an object, as defineConfig makes it' },
);

/** Loads a configuration. Throws a RequestError that says where it is wrong. */
export async function readConfig(file: string): Promise<ReadConfig> {
  const module = await loadUserModule(file);
  const { name } = module;
  if (module.exports.default === undefined)
    throw new RequestError(`${name}: it has no default export; write export default defineConfig({ ... })`);
  const parsed = checked(module);
  const [issue] = parsed.error?.issues ?? [];
  if (parsed.data === undefined)
    throw new RequestError(
      `${name}: ${issue === undefined ? 'wrong' : describeMistake(issue, Object.keys(configSchema.shape))}`,
    );
  const own = strategiesIn(module).map((strategy): KnownStrategy => ({ strategy, file }));
  return { name, known: [...fromCatalogue, ...own], ...parsed.data };
}

/** A getter, or a proxy, may throw where it is read. */
function checked({ name, exports, lineOf }: UserModule) {
  try {
    return configSchema.safeParse(exports.default, { reportInput: true });
  } catch (error) {
    throw new RequestError(`${lineOf(error) ?? name}: ${describeError(error)}`);
  }
}

/** What a preset stands for: a preset on the command line wins over all of it. */
const efforts = ['quick', 'rigorous', 'forks', 'time', 'precision'];
/** What belongs to a workload: means nothing to another one that the command line names. */
const parameters = ['call', 'patches', 'modules'];

/**
 * Gives a command the values that its command line does not. They are read as the command line's would be.
 * Throws a RequestError that begins with `file` for what is no option or a wrong value.
 */
export function applyDefaults(
  command: CommandUnknownOpts,
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

/**
 * What would stand on the command line; undefined for what cannot. Sizes stand in one word, other lists in
 * many.
 */
function textsOf(option: Option, found: unknown): string[] | undefined {
  const values: unknown[] = Array.isArray(found) ? found : [found];
  const isText = (value: unknown) => typeof value === 'string' || typeof value === 'number';
  if (values.length === 0 || !values.every(isText)) return undefined;
  return ['pages', 'threads', 'processes'].includes(option.attributeName())
    ? [values.join(',')]
    : values.map(String);
}

/** Which number is near to a word says nothing. Other errors are whole sentences. */
function expectationOf(error: InvalidArgumentError): string {
  return error instanceof WrongValue ? error.expected : error.message.replace(/\.$/, '');
}
