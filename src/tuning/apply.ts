import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import type { SystemFiles } from '../system/files.ts';
import { type Change, type Setting, settings, type Tried, type Wishes } from './settings.ts';

/** Writes the changes one by one. Throws nothing: what the kernel refuses is in the result. */
export function applyChanges(changes: readonly Change[]): Tried[] {
  return changes.map((change) => {
    try {
      writeFileSync(change.path, change.wanted);
      return { ...change, set: readFileSync(change.path, 'utf8') };
    } catch {
      return { ...change, set: null };
    }
  });
}

/** What is to be changed, and what cannot be. */
export interface Plan {
  readonly changes: readonly Change[];
  /** Names of settings that this user may not change. */
  readonly forbidden: readonly string[];
  /** Why others stay as they are, a sentence each. */
  readonly untouched: readonly string[];
}

/** What it takes to fulfil the wishes. Reads, and changes nothing. */
export function planChanges(files: SystemFiles, wishes: Wishes): Plan {
  const planned = settings.map((setting) => ({ setting, wanted: setting.plan(files, wishes) }));
  const due = planned.filter(({ wanted }) => wanted.length > 0);
  const isAllowed = ({ wanted }: (typeof planned)[number]) => wanted.every(({ path }) => isWritable(path));
  return {
    changes: due.filter(isAllowed).flatMap(({ wanted }) => wanted.flatMap(withBefore)),
    forbidden: due.filter((each) => !isAllowed(each)).map(({ setting }) => setting.name),
    untouched: planned
      .filter(({ wanted }) => wanted.length === 0)
      .map(({ setting }) => `${setting.name} ${setting.nothingToDo(files, wishes)}`),
  };
}

/** What was changed, a phrase a setting. */
export function describeTried(tried: readonly Tried[], wishes: Wishes): string[] {
  return settings.flatMap((setting) => {
    const own = tried.filter(({ path }) => setting.pattern.test(path));
    return own.length === 0 ? [] : [phrase(setting, own, wishes)];
  });
}

function phrase({ name, describe }: Setting, own: readonly Tried[], wishes: Wishes): string {
  const done = own.filter(({ set }) => set !== null);
  if (done.length === 0) return `${name}: the kernel refused`;
  const refused = own.filter(({ set }) => set === null);
  return `${name}: ${describe(done, refused, wishes)}`;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function withBefore({ path, wanted }: Pick<Change, 'path' | 'wanted'>): Change[] {
  try {
    return [{ path, before: readFileSync(path, 'utf8'), wanted }];
  } catch {
    return [];
  }
}

/** A change to be undone. `set` is undefined where nobody could say any more what the change came to. */
export interface Undoable extends Change {
  readonly set?: string | null | undefined;
}

/** What became of a setting. */
export interface PutBack {
  readonly path: string;
  /** `foreign` = somebody else changed it meanwhile, and it was left so. */
  readonly outcome: 'put back' | 'as it was' | 'foreign' | 'failed';
  /** In words, where a reader must know. */
  readonly reason?: string;
}

/**
 * Puts settings back in the reverse order, each only if it still has the value that it was given. Throws
 * nothing.
 */
export function putBack(changes: readonly Undoable[]): PutBack[] {
  return changes
    .filter(({ set }) => set !== null)
    .toReversed()
    .map(putOneBack);
}

function putOneBack(change: Undoable): PutBack {
  const { path, before } = change;
  try {
    const now = readFileSync(path, 'utf8');
    if (now === before) return { path, outcome: 'as it was' };
    if (!isOurs(now, change)) {
      const reason = `${path} is ${now.trim()}: somebody else changed it meanwhile, and it stays (it was ${before.trim()})`;
      return { path, outcome: 'foreign', reason };
    }
    writeFileSync(path, before);
    const then = readFileSync(path, 'utf8');
    if (then === before) return { path, outcome: 'put back' };
    return {
      path,
      outcome: 'failed',
      reason: `${path} is ${then.trim()} and would not become ${before.trim()}`,
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { path, outcome: 'failed', reason: `${path} would not become ${before.trim()}: ${code}` };
  }
}

/**
 * Whether a value is the one that was given, or on the way to it where it is not known how far the change
 * went.
 */
function isOurs(now: string, { before, wanted, set }: Undoable): boolean {
  if (typeof set === 'string') return now === set;
  const plain = (text: string) => text.trim().replace(/^[0,]+(?=[0-9a-f])/, '');
  if (plain(now) === plain(wanted)) return true;
  const [low, value, high] = [before, now, wanted].map(Number);
  return low !== undefined && value !== undefined && high !== undefined && low < value && value < high;
}
