import { execFileSync } from 'node:child_process';

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

/** The commit that a folder is at; undefined without git, without a repository and without a commit. Never throws. */
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
