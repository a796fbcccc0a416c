import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import { delimiter, join } from 'node:path';
import { RequestError } from '../system/errors.ts';

/** How a command was run. */
export interface Ending {
  /** Seconds. */
  readonly elapsed: number;
  /** What it exited with; 128 and the signal's number where that killed it. */
  readonly status: number;
  /** The last of what it wrote to standard error, where that was kept. */
  readonly stderr: string;
}

interface RunOptions {
  readonly signal: AbortSignal;
  /** Its standard error is kept: it is not a program of the user's that writes there. */
  readonly hasOwnStderr?: boolean;
  /** Nothing of what it prints is shown, and it reads nothing. */
  readonly isSilent?: boolean;
  /** Milliseconds after which it is interrupted. */
  readonly time?: number;
}

/** Milliseconds in which a command ends by itself that a terminal has sent Ctrl-C, too. */
const timeToEnd = 200;

/**
 * Runs a command to its end; an abort interrupts it. Rejects with a RequestError where it cannot be started.
 */
export function runToEnd(
  [program, ...parameters]: readonly [string, ...string[]],
  { signal, hasOwnStderr = false, isSilent = false, time }: RunOptions,
): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const shown = isSilent ? 'ignore' : 'inherit';
    const child = spawn(program, parameters, { stdio: [shown, shown, hasOwnStderr ? 'pipe' : shown] });
    let stderr = '';
    child.stderr?.on('data', (data: Buffer) => {
      stderr = (stderr + data.toString()).slice(-2000);
    });
    const timers: NodeJS.Timeout[] = [];
    const interrupt = () => child.kill('SIGINT');
    const onAbort = () => timers.push(setTimeout(interrupt, timeToEnd));
    signal.addEventListener('abort', onAbort, { once: true });
    if (time !== undefined) timers.push(setTimeout(interrupt, time));
    const end = () => {
      signal.removeEventListener('abort', onAbort);
      for (const timer of timers) clearTimeout(timer);
    };
    child.on('error', ({ message }) => {
      end();
      reject(new RequestError(`cannot start ${program}: ${message}`));
    });
    child.on('close', (code, killer) => {
      end();
      const status = code ?? 128 + osConstants.signals[killer ?? 'SIGTERM'];
      resolve({ elapsed: (performance.now() - begin) / 1000, status, stderr });
    });
  });
}

/** Refuses a command that could not be started. Throws a RequestError. */
export function checkCommand(program: string): void {
  const places = program.includes('/')
    ? [program]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder === '' ? '.' : folder, program));
  if (places.some(isExecutable)) return;
  const isThere = program.includes('/') && statSync(program, { throwIfNoEntry: false }) !== undefined;
  throw new RequestError(
    isThere
      ? `${program}: it is not executable`
      : `${program}: there is no such command${program.includes('/') ? '' : ' in PATH'}`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
