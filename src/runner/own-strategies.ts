import type { Strategy } from '../strategies/strategy.ts';
import { checkFields } from './own/check-fields.ts';
import { checkProgram } from './own/check-program.ts';
import { loadOwnModule, type OwnModule } from './own/module.ts';
import { RequestError } from './request-error.ts';

/**
 * The strategies that a user's file declares: by its default export, which is one, a list, or a configuration with a list;
 * and by its named exports. `file` is an absolute path. Throws a RequestError that names the line and the reason.
 */
export async function loadStrategyFile(file: string): Promise<Strategy[]> {
  const module = await loadOwnModule(file);
  const strategies = strategiesIn(module);
  if (strategies.length === 0)
    throw new RequestError(
      `${module.name}: it exports no strategy; write export default defineStrategy({ ... })`,
    );
  return strategies;
}

/** The strategies of a loaded file, checked; none where it exports none. */
export function strategiesIn(module: OwnModule): Strategy[] {
  const found: Strategy[] = [];
  for (const [value, label] of candidatesIn(module.exports)) {
    checkFields(value, `${module.name}: ${label}`);
    if (found.includes(value)) continue;
    if (found.some(({ name }) => name === value.name))
      throw new RequestError(`${module.name}: two strategies are named ${value.name}; rename one of them`);
    checkProgram(value, module);
    found.push(value);
  }
  return found;
}

/** What is meant to be a strategy, and how to tell the user which one. */
function candidatesIn(exports: Readonly<Record<string, unknown>>): (readonly [unknown, string])[] {
  const { default: main, ...named } = exports;
  const listed: readonly unknown[] =
    main === undefined ? [] : isConfig(main) ? (main.strategies ?? []) : Array.isArray(main) ? main : [main];
  return [
    ...listed.map((value, index) => [value, `strategy ${index + 1}`] as const),
    ...Object.entries(named).flatMap(([name, value]) =>
      isMeantAsStrategy(value) ? [[value, name] as const] : [],
    ),
  ];
}

function isConfig(value: unknown): value is { strategies?: readonly unknown[] } {
  const isOne = isObject(value) && !('define' in value);
  return isOne && ['strategies', 'defaults', 'gates'].some((key) => key in value);
}

/** A file may export other things by name: a strategy has at least two of these. */
function isMeantAsStrategy(value: unknown): boolean {
  return isObject(value) && ['name', 'wx', 'needs', 'define'].filter((key) => key in value).length >= 2;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
