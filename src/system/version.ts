import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A commit of a working tree. */
export interface Commit {
  readonly hash: string;
  /** Whether tracked files differ from it. */
  readonly dirty: boolean;
  readonly subject: string;
  /** When it was committed: ISO 8601. */
  readonly date: string;
}

/** Milliseconds that git may take. */
const timeLimit = 10_000;

/**
 * The commit that a folder is at; undefined without git, without a repository and without a commit. Never
 * throws.
 */
export function commitOf(folder: string): Commit | undefined {
  const head = git(folder, ['log', '-1', '--format=%H%n%cI%n%s']);
  // Files that git does not know, as those that are measured into, make no other program.
  const changes = git(folder, ['status', '--porcelain', '--untracked-files=no']);
  if (head === undefined || changes === undefined) return undefined;
  const [hash = '', date = '', subject = ''] = head.split('\n');
  return { hash, dirty: changes !== '', subject, date };
}

/** What git prints; undefined where it fails. */
function git(folder: string, parameters: readonly string[]): string | undefined {
  try {
    return execFileSync('git', ['--no-optional-locks', ...parameters], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: timeLimit,
    });
  } catch {
    return undefined;
  }
}

/** Whether the sources run, not what the build made of them. */
export const isSource = import.meta.url.endsWith('.ts');

/**
 * A file of this package, by its path from the package's folder. The build keeps this module as deep as it is
 * here.
 */
export function packageFile(path: string): URL {
  return new URL(`../../${path}`, import.meta.url);
}

/**
 * A module of src that is started or imported by its path, as `runner/worker`. The build has a list of them.
 */
export function userModule(name: string): URL {
  return new URL(`../${name}${isSource ? '.ts' : '.js'}`, import.meta.url);
}

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
