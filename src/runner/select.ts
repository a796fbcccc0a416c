import { resolve } from 'node:path';
import { catalogue } from '../strategies/catalogue.ts';
import { groups } from '../strategies/strategy.ts';
import { RequestError } from '../system/errors.ts';
import { nearest } from '../system/spelling.ts';
import { isLibrary, libraryStrategy } from './library.ts';
import type { KnownStrategy } from './plan.ts';

/** A user's file, not a name. */
const isFile = (word: string) => word.includes('/') || /\.[cm]?[jt]s$/.test(word) || isLibrary(word);

/**
 * The strategies that words stand for, each once, in the order of the words. Files are loaded. Throws a
 * RequestError for a word that stands for none.
 */
export async function selectStrategies(
  words: readonly string[],
  known: readonly KnownStrategy[] = fromCatalogue,
): Promise<KnownStrategy[]> {
  const chosen: KnownStrategy[] = [];
  for (const word of words) {
    const found = isFile(word) ? await fromFile(word) : matching(word, known);
    for (const each of found) {
      const other = chosen.find(({ strategy }) => strategy.name === each.strategy.name);
      if (other === undefined) chosen.push(each);
      else if (other.strategy !== each.strategy)
        throw new RequestError(`two strategies are named ${each.strategy.name}; rename one of them`);
    }
  }
  return chosen;
}

/** The one strategy that a word stands for. Throws a RequestError where it stands for several. */
export async function selectStrategy(
  word: string,
  known: readonly KnownStrategy[] = fromCatalogue,
): Promise<KnownStrategy> {
  const [only, ...others] = await selectStrategies([word], known);
  if (only !== undefined && others.length === 0) return only;
  throw new RequestError(`'${word}' stands for ${others.length + 1} strategies; name one`);
}

/** What is known without a configuration. */
export const fromCatalogue: readonly KnownStrategy[] = catalogue.map((strategy) => ({ strategy }));

async function fromFile(path: string): Promise<KnownStrategy[]> {
  const file = resolve(path);
  if (isLibrary(file)) return [{ strategy: libraryStrategy(file), file }];
  // Loaded where it is used: most runs need no TypeScript.
  const { loadStrategyFile } = await import('./user/check.ts');
  return (await loadStrategyFile(file)).map((strategy) => ({ strategy, file }));
}

function matching(word: string, known: readonly KnownStrategy[]): readonly KnownStrategy[] {
  if (word.startsWith('@')) return inGroup(word.slice(1), known);
  const escaped = word.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  const pattern = new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
  const found = known.filter(({ strategy }) => pattern.test(strategy.name));
  if (found.length > 0) return found;
  const names = known.map(({ strategy }) => strategy.name);
  if (word === '')
    throw new RequestError(`an empty name is no strategy; 'mapbench list' shows the names, as ${names[0]}`);
  if (/[*?]/.test(word))
    throw new RequestError(`no strategy matches '${word}'; 'mapbench list' shows their names`);
  throw new RequestError(`no strategy is named '${word}'; the nearest is ${nearest(word, names)}`);
}

function inGroup(name: string, known: readonly KnownStrategy[]): readonly KnownStrategy[] {
  if (name === 'all') return known;
  // For one version the former name works, too.
  if (name === 'own') process.stderr.write('mapbench: @own is called @user now\n');
  const group = groups.find((each) => each === (name === 'own' ? 'user' : name));
  if (group === undefined)
    throw new RequestError(`no group is named '@${name}'; choose from @all, @${groups.join(', @')}`);
  const found = known.filter(({ strategy }) => (strategy.group ?? 'user') === group);
  if (found.length === 0)
    throw new RequestError(`@${name} is empty; name a file with strategies of your own, as -s ./mine.ts`);
  return found;
}
