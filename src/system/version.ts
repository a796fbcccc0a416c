import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Commit, commitOf } from './git.ts';
import { isSource, packageFile } from './package-files.ts';

/** The version of this package. */
export function version(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'));
  return manifest.version;
}

/** The version and the commit that it was built from, as `0.1.0 (b082005, 2026-11-23)`. */
export function versionWithCommit(): string {
  const commit = ownCommit();
  return commit === undefined ? version() : `${version()} (${describeCommit(commit)})`;
}

/** `b082005, 2026-11-23`; of a working tree that differs, `b082005 with changes, 2026-11-23`. */
function describeCommit({ hash, dirty, date }: Omit<Commit, 'subject'>): string {
  return `${hash.slice(0, 7)}${dirty ? ' with changes' : ''}, ${date.slice(0, 10)}`;
}

/** The build wrote it down; the sources ask git. */
function ownCommit(): Commit | undefined {
  if (isSource) return commitOf(fileURLToPath(packageFile('')));
  try {
    return JSON.parse(readFileSync(packageFile('dist/commit.json'), 'utf8'));
  } catch {
    return undefined;
  }
}
