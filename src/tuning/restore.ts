import { MapbenchError } from '../system/errors.ts';
import { bootId } from '../system/process.ts';
import { type PutBack, putBack } from './apply.ts';
import { isUnderWay, type Journal, readJournal, removeJournal, updateJournal } from './journal.ts';

/** The settings that a killed mapbench left changed: its journal, or undefined. */
export function leftJournal(folder: string): Journal | undefined {
  try {
    const journal = readJournal(folder);
    return journal === undefined || isUnderWay(journal) ? undefined : journal;
  } catch {
    return undefined;
  }
}

/**
 * Puts back what a killed mapbench left changed; undefined where it left nothing. Throws a MapbenchError
 * while a mapbench still looks after its changes.
 */
export function restoreLeft(folder: string, isKnown?: (path: string) => boolean): PutBack[] | undefined {
  const journal = readJournal(folder, isKnown);
  if (journal === undefined) return undefined;
  if (isUnderWay(journal))
    throw new MapbenchError(
      'failed',
      `mapbench (process ${journal.owner.pid}) still runs and will put its settings back at its end`,
    );
  return undo(folder, journal);
}

/** Puts the changes of a journal back. What fails stays in the journal, so that it can be tried again. */
export function undo(folder: string, journal: Journal): PutBack[] {
  // A boot has put everything back.
  const results = journal.bootId === bootId() ? putBack(journal.changes) : [];
  const failed = new Set(results.filter(({ outcome }) => outcome === 'failed').map(({ path }) => path));
  if (failed.size === 0) removeJournal(folder, journal);
  else updateJournal(folder, { ...journal, changes: journal.changes.filter(({ path }) => failed.has(path)) });
  return results;
}
