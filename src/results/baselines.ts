import { existsSync } from 'node:fs';
import { join } from 'node:path';
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
