import { catalogue, findStrategy } from '../strategies/catalogue.ts';
import type { Strategy } from '../strategies/strategy.ts';
import { isLibrary, libraryStrategy } from './library.ts';
import type { Case } from './plan.ts';

/** The strategies of cases: the catalogue's, and those of the user's files, each of which is loaded once. */
export class StrategyFiles {
  readonly #files = new Map<string, Promise<readonly Strategy[]>>();

  /** Finds the strategy of each of these cases, if it is there. */
  async load(cases: readonly Case[]): Promise<(wanted: Case) => Strategy | undefined> {
    const byFile = new Map<string, readonly Strategy[]>();
    for (const { strategyFile } of cases) {
      if (strategyFile === undefined) continue;
      const loading = this.#files.get(strategyFile) ?? loadFile(strategyFile);
      this.#files.set(strategyFile, loading);
      byFile.set(strategyFile, await loading);
    }
    return ({ strategy, strategyFile }) =>
      findStrategy(strategy, strategyFile === undefined ? catalogue : (byFile.get(strategyFile) ?? []));
  }
}

async function loadFile(file: string): Promise<readonly Strategy[]> {
  if (isLibrary(file)) return [libraryStrategy(file)];
  const { loadStrategyFile } = await import('./user/check.ts');
  return loadStrategyFile(file);
}
