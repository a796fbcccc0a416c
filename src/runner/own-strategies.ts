import type { Strategy } from '../strategies/strategy.ts';
import { candidatesIn } from './own/candidates.ts';
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
