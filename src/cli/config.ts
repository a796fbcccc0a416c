import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { ConfiguredGates } from './gates.ts';

/** The configurations that are looked for in the current folder; the first is taken. */
export const configNames = ['ts', 'mts', 'js', 'mjs'].map((extension) => `mapbench.config.${extension}`);

/** Commands in which strategies have names. */
const concerned = ['run', 'ab', 'explain', 'verify', 'list', 'show'];

/**
 * Gives a command, before it acts, what the configuration says: its strategies as the option `known`, and to
 * `run` its defaults and gates. `wanted` is the file of --config, false for --no-config. Throws a
 * RequestError for a wrong file.
 */
export async function applyConfig(
  wanted: string | false | undefined,
  command: CommandUnknownOpts,
): Promise<void> {
  if (wanted === false || !concerned.includes(command.name())) return;
  const path = wanted ?? configNames.find((name) => existsSync(name));
  if (path === undefined) return;
  // Loaded where it is used: most folders have no configuration.
  const { applyDefaults, readConfig } = await import('./config-file.ts');
  const { name: file, known, defaults, gates } = await readConfig(resolve(path));
  command.setOptionValueWithSource('known', known, 'config');
  if (command.name() !== 'run') return;
  applyDefaults(command, defaults, file);
  const own: ConfiguredGates = { file, texts: gates, strategies: known.map(({ strategy }) => strategy.name) };
  command.setOptionValueWithSource('gates', own, 'config');
}
