import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { MapbenchError } from '../system/errors.ts';
import { identify } from '../system/process.ts';
import { isSource, userModule } from '../system/version.ts';
import type { PutBack } from './apply.ts';
import { readJournal } from './journal.ts';
import type { GuardJob, GuardMessage } from './message.ts';
import { undo } from './restore.ts';
import type { Change, Tried } from './settings.ts';

const guardPath = fileURLToPath(userModule('tuning/guard'));
const loader = isSource ? ['--import', 'tsx'] : [];

/** Settings that are changed for a while. */
export interface Tuning {
  readonly tried: readonly Tried[];
  /** Puts them back; resolves when that is done, with what became of each. */
  end(): Promise<readonly PutBack[]>;
}

/**
 * Changes settings through a guard process, which puts them back when `end` is called or this process dies in
 * whatever way. Rejects with a MapbenchError where another mapbench has settings changed or left them so;
 * then nothing is changed.
 */
export async function tune(changes: readonly Change[], folder: string): Promise<Tuning> {
  const owner = identify(process.pid);
  if (owner === undefined)
    throw new MapbenchError('failed', 'settings cannot be changed: /proc is not mounted');
  if (changes.length === 0) return { tried: [], end: async () => [] };
  const guard = startGuard({ folder, owner, changes });
  const first = await guard.next();
  if (first?.kind !== 'changed') {
    const reason = first?.kind === 'refused' ? first.reason : 'the guard process did not start';
    throw new MapbenchError('failed', reason);
  }
  return {
    tried: first.tried,
    async end() {
      guard.close();
      const last = await guard.next();
      if (last?.kind === 'restored') return last.results;
      // Somebody killed the guard.
      const journal = readJournal(folder);
      const isOwn = journal?.owner.pid === owner.pid && journal.owner.startedAt === owner.startedAt;
      return journal !== undefined && isOwn ? undo(folder, journal) : [];
    },
  };
}

interface Guard {
  /** What it says next; undefined once it has ended. */
  readonly next: () => Promise<GuardMessage | undefined>;
  readonly close: () => void;
}

function startGuard(job: GuardJob): Guard {
  // A session of its own: neither the terminal's Ctrl-C nor a kill of this process group reaches it.
  const child = spawn(process.execPath, [...loader, guardPath], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.stdin.write(`${JSON.stringify(job)}\n`);
  const lines = linesOf(child);
  return {
    async next() {
      const { value, done } = await lines.next();
      return done === true ? undefined : (JSON.parse(value) as GuardMessage);
    },
    close: () => child.stdin.end(),
  };
}

function linesOf({ stdout }: ChildProcess): AsyncIterator<string> {
  if (stdout === null) throw new Error('the guard process has no standard output');
  return createInterface({ input: stdout })[Symbol.asyncIterator]();
}
