import { describeMistake } from '../runner/own/mistake.ts';
import { describeError, loadOwnModule, type OwnModule } from '../runner/own/module.ts';
import { strategiesIn } from '../runner/own-strategies.ts';
import type { KnownStrategy } from '../runner/plan.ts';
import { RequestError } from '../runner/request-error.ts';
import { fromCatalogue } from '../runner/select.ts';
import { z } from '../vendor/zod.ts';

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
  const module = await loadOwnModule(file);
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
function checked({ name, exports, lineOf }: OwnModule) {
  try {
    return configSchema.safeParse(exports.default, { reportInput: true });
  } catch (error) {
    throw new RequestError(`${lineOf(error) ?? name}: ${describeError(error)}`);
  }
}
