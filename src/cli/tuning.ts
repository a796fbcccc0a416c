import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { ResultDocument } from '../results/document.ts';
import type { Case } from '../runner/plan.ts';
import { RequestError } from '../system/errors.ts';
import { systemFiles } from '../system/files.ts';
import { describeTried, type PutBack, planChanges } from '../tuning/apply.ts';
import { journalFolder } from '../tuning/journal.ts';
import { leftJournal } from '../tuning/restore.ts';
import type { Wishes } from '../tuning/settings.ts';
import { tune } from '../tuning/tune.ts';
import { exitCodes } from './exit.ts';
import { onInterrupt } from './interrupt.ts';

/** Settings that are changed for a while. */
export interface Tuned {
  /** What was changed, a phrase a setting. */
  readonly phrases: readonly string[];
  /** Puts them back, and says what could not be. */
  end(): Promise<void>;
}

/**
 * Changes what it can and says so on standard error; `asked` is the command that root would need. Rejects
 * with a MapbenchError where another mapbench has settings changed.
 */
export async function startTuning(wishes: Wishes, asked: string): Promise<Tuned> {
  const { changes, forbidden, untouched } = planChanges(systemFiles, wishes);
  const tuning = await tune(changes, journalFolder());
  const phrases = describeTried(tuning.tried, wishes);
  if (phrases.length > 0) console.error(`changed for now: ${phrases.join('; ')}`);
  if (untouched.length > 0) console.error(`not changed: ${untouched.join('; ')}`);
  if (forbidden.length > 0) console.error(`not changed: ${forbidden.join(', ')}: ${whyForbidden(asked)}`);
  return {
    phrases,
    async end() {
      reportRestored(await tuning.end());
    },
  };
}

/** In containers even root finds these files read-only. */
function whyForbidden(asked: string): string {
  if (process.getuid?.() === 0)
    return 'read-only here, as in containers; change it on the host, or docker run --privileged';
  return `only root may; sudo ${asked}`;
}

/** Nothing was changed. */
export const untuned: Tuned = { phrases: [], end: async () => {} };

/** Huge pages that one case of a module of up to 2 MiB can use at once. */
const hugePagesForSmall = 8;
const hugePageBytes = 2 * 1024 * 1024;

/** What the settings should be for cases. */
export function wishesOf(cases: readonly Case[], cpu: number): Wishes {
  const most = Math.max(...cases.map(({ pages, pageSize }) => pages * pageSize));
  return { cpu, hugePages: hugePagesForSmall * Math.ceil(most / hugePageBytes) };
}

/** A document that says what was changed while it was measured. */
export function withTuning(document: ResultDocument, { phrases }: Tuned): ResultDocument {
  return phrases.length === 0 ? document : { ...document, tuned: [...phrases] };
}

/**
 * Says on standard error that a killed mapbench left settings changed, before minutes are spent on measuring
 * so.
 */
export function warnOfLeftSettings(): void {
  const left = leftJournal(journalFolder());
  if (left !== undefined)
    console.error(
      `mapbench: settings that a killed mapbench (process ${left.owner.pid}) changed are still changed; put them back with: mapbench doctor --restore`,
    );
}

/** Says on standard error what is not as it was before; whether everything was put back that should be. */
export function reportRestored(results: readonly PutBack[]): boolean {
  for (const { reason } of results) if (reason !== undefined) console.error(`mapbench: ${reason}`);
  const isDone = results.every(({ outcome }) => outcome !== 'failed');
  if (!isDone) console.error('mapbench: try again with: mapbench doctor --restore');
  return isDone;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a command to its end; resolves with its exit status, 128 and the signal's number where one killed it.
 */
export function runCommandToItsEnd([program = '', ...parameters]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: 'inherit' });
    // A terminal sends Ctrl-C to both; whatever is sent to this process alone is passed on.
    const handlers = signals.map((signal) => {
      const handler = () => {
        if (signal !== 'SIGINT' || !hasTerminal()) child.kill(signal);
      };
      process.on(signal, handler);
      return () => process.off(signal, handler);
    });
    const end = (settle: () => void) => {
      for (const off of handlers) off();
      settle();
    };
    child.on('error', ({ message }) =>
      end(() => reject(new RequestError(`cannot start ${program}: ${message}`))),
    );
    child.on('exit', (code, signal) =>
      end(() => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM'])),
    );
  });
}

function hasTerminal(): boolean {
  return [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
}

/** Waits for Ctrl-C, SIGTERM, SIGHUP or the end of standard input. */
export function holdOpen(): Promise<number> {
  console.error('they are put back at Ctrl-C, or when standard input ends (Ctrl-D)');
  const interruption = onInterrupt();
  return new Promise((resolve) => {
    const end = () => {
      interruption.end();
      process.stdin.destroy();
      resolve(exitCodes.measured);
    };
    interruption.signal.addEventListener('abort', end, { once: true });
    process.stdin.once('end', end);
    process.stdin.once('error', end);
    process.stdin.resume();
  });
}
