import { linkSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { MapbenchError } from '../system/errors.ts';
import { bootId, isRunning } from '../system/process.ts';
import { replaceFile, syncFolder, writeDurably } from '../system/replace-file.ts';
import { z } from '../vendor/zod.ts';
import { isSetting } from './settings.ts';

const identity = z.object({ pid: z.int().positive(), startedAt: z.number() });
const schema = z.object({
  schema: z.literal('mapbench-journal/1'),
  bootId: z.string(),
  /** The mapbench that asked for the changes, and the guard that made them. */
  owner: identity,
  guard: identity,
  changes: z.array(
    z.object({
      path: z.string(),
      before: z.string(),
      wanted: z.string(),
      /** Absent until all are written. */
      set: z.string().nullable().optional(),
    }),
  ),
});

/** What was changed and what it was before, on disk before anything is changed. */
export type Journal = z.infer<typeof schema>;

/** Where the journal is: for root a folder that only root can write, which a boot empties on most systems. */
export function journalFolder(): string {
  if (process.getuid?.() === 0) return '/run/mapbench';
  return join(process.env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'mapbench');
}

const pathIn = (folder: string) => join(folder, 'tuned.json');

/** The journal that is there, or undefined. Throws a MapbenchError for one that mapbench did not write. */
export function readJournal(folder: string, isKnown = isSetting): Journal | undefined {
  const path = pathIn(folder);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const { success, data } = schema.safeParse(parsed(text));
  if (!success || !data.changes.every((change) => isKnown(change.path)))
    throw new MapbenchError('failed', `${path} is no journal of mapbench; look at it and remove it`);
  return data;
}

/**
 * Puts a journal where none is. It is the lock too: of two that try, one gets a MapbenchError, and so does
 * who finds what a killed mapbench left.
 */
export function claimJournal(folder: string, journal: Journal): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = writeDraft(folder, journal);
  try {
    // A link, unlike a rename, never takes the place of another file.
    linkSync(draft, pathIn(folder));
    syncFolder(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new MapbenchError('failed', whyTaken(folder));
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Replaces one's own journal. */
export function updateJournal(folder: string, journal: Journal): void {
  replaceFile(pathIn(folder), textOf(journal));
}

/** Removes the journal, unless it has become another's meanwhile. */
export function removeJournal(folder: string, journal: Journal): void {
  const now = readJournal(folder, () => true);
  if (now?.guard.pid === journal.guard.pid && now.guard.startedAt === journal.guard.startedAt)
    rmSync(pathIn(folder), { force: true });
}

/** Whether somebody still looks after the changes. */
export function isUnderWay({ bootId: boot, owner, guard }: Journal): boolean {
  return boot === bootId() && (isRunning(guard) || isRunning(owner));
}

function whyTaken(folder: string): string {
  const journal = readJournal(folder);
  if (journal === undefined) return 'another mapbench changes settings just now; try again';
  if (isUnderWay(journal))
    return `another mapbench (process ${journal.owner.pid}) has settings changed for the length of its run; wait for its end`;
  return `a mapbench that was killed (process ${journal.owner.pid}) left settings changed; put them back with: mapbench doctor --restore`;
}

function writeDraft(folder: string, journal: Journal): string {
  const path = join(folder, `draft-${process.pid}.json`);
  writeDurably(path, textOf(journal), 0o600);
  return path;
}

const textOf = (journal: Journal) => `${JSON.stringify(journal)}\n`;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
