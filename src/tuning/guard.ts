/**
 * A process of its own that changes settings and puts them back when its standard input closes: at the end of
 * mapbench, however that comes, kill -9 included.
 */
import { createInterface } from 'node:readline';
import { bootId, identify } from '../system/process.ts';
import { applyChanges } from './apply.ts';
import { claimJournal, type Journal, updateJournal } from './journal.ts';
import type { GuardJob, GuardMessage } from './message.ts';
import { undo } from './restore.ts';

// It ends with its owner and not before: a service manager signals both.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => {});
// Nobody may be left to listen.
process.stdout.on('error', () => {});

function say(message: GuardMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function change({ folder, owner, changes }: GuardJob): Journal {
  const guard = identify(process.pid);
  if (guard === undefined) throw new Error('/proc is not mounted');
  const journal: Journal = {
    schema: 'mapbench-journal/1',
    bootId: bootId(),
    owner: { ...owner },
    guard: { ...guard },
    changes: changes.map((each) => ({ ...each })),
  };
  claimJournal(folder, journal);
  const tried = applyChanges(changes);
  const done = { ...journal, changes: tried };
  updateJournal(folder, done);
  say({ kind: 'changed', tried });
  return done;
}

/**
 * Does the job that comes through the pipe: a command line is too short for the interrupts of a large
 * machine.
 */
function main(): void {
  let undoAll = () => {};
  const lines = createInterface({ input: process.stdin });
  lines.once('line', (line) => {
    const job: GuardJob = JSON.parse(line);
    try {
      const journal = change(job);
      undoAll = () => say({ kind: 'restored', results: undo(job.folder, journal) });
    } catch (error) {
      say({ kind: 'refused', reason: error instanceof Error ? error.message : String(error) });
      process.stdin.destroy();
    }
  });
  process.stdin.on('error', () => {});
  process.stdin.once('close', () => undoAll());
}

main();
