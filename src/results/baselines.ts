import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DocumentError } from '../system/errors.ts';

/** Where baselines live unless the user says otherwise. */
export const baselineFolder = 'results';

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * The file of a baseline. A name cannot leave the folder: throws a DocumentError for one that is no plain
 * name.
 */
export function baselinePath(name: string, folder = baselineFolder): string {
  if (!namePattern.test(name)) {
    throw new DocumentError(
      name === '' ? "''" : name,
      'is no name for a baseline; use up to 64 letters, digits, dots, hyphens and underscores',
    );
  }
  return join(folder, `${name}.json`);
}

/**
 * The file that a user means by a path or by the name of a baseline. Throws a DocumentError where neither is
 * there.
 */
export function documentPath(given: string, folder = baselineFolder): string {
  if (existsSync(given) || given.includes('/')) return given;
  const baseline = namePattern.test(given) ? baselinePath(given, folder) : undefined;
  if (baseline !== undefined && existsSync(baseline)) return baseline;
  const name = given === '' ? "''" : given;
  const sought = baseline === undefined ? '' : ` (${baseline})`;
  throw new DocumentError(name, `there is no such file, and no baseline of that name${sought}`);
}

/** A name in which `*` stands for any text and `?` for any character. */
export function patternOf(word: string): RegExp {
  const escaped = word.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

/**
 * The files that a user means by a path, by a pattern of names in a folder as `runs/pr-*.json`, or by the
 * name of a baseline, of several runs of which each is a file. Throws a DocumentError where there is none.
 */
export function documentPaths(given: string, folder = baselineFolder): string[] {
  if (existsSync(given)) return [given];
  if (/[*?]/.test(basename(given))) return matching(dirname(given), patternOf(basename(given)), given);
  if (given.includes('/')) return [given];
  const runs = namePattern.test(given) ? numbered(folder, given) : [];
  return runs.length > 0 && !existsSync(baselinePath(given, folder)) ? runs : [documentPath(given, folder)];
}

function matching(folder: string, pattern: RegExp, given: string): string[] {
  const found = namesIn(folder).filter((name) => pattern.test(name));
  if (found.length === 0) throw new DocumentError(given, 'there is no such file');
  return found.sort().map((name) => join(folder, name));
}

/** The runs of a baseline, as `main-1.json` and `main-2.json`, in their order. */
function numbered(folder: string, name: string): string[] {
  const ofRun = new RegExp(`^${name.replaceAll('.', String.raw`\.`)}-(\\d+)\\.json$`);
  return namesIn(folder)
    .flatMap((file) => {
      const number = ofRun.exec(file)?.[1];
      return number === undefined ? [] : [{ file, number: Number(number) }];
    })
    .sort((a, b) => a.number - b.number)
    .map(({ file }) => join(folder, file));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * The file of one of several runs: `pr.json` is `pr-2.json` for the second; of a single run the file itself.
 */
export function pathOfRun(path: string, run: number, runs: number): string {
  return runs === 1 ? path : `${path.replace(/\.json$/, '')}-${run}.json`;
}
