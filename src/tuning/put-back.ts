import { readFileSync, writeFileSync } from 'node:fs';
import type { Change } from './change.ts';

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

/** Puts settings back in the reverse order, each only if it still has the value that it was given. Throws nothing. */
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

/** Whether a value is the one that was given, or on the way to it where it is not known how far the change went. */
function isOurs(now: string, { before, wanted, set }: Undoable): boolean {
  if (typeof set === 'string') return now === set;
  const plain = (text: string) => text.trim().replace(/^[0,]+(?=[0-9a-f])/, '');
  if (plain(now) === plain(wanted)) return true;
  const [low, value, high] = [before, now, wanted].map(Number);
  return low !== undefined && value !== undefined && high !== undefined && low < value && value < high;
}
