import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { exitCodes, UsageError } from './exit-codes.ts';
import { onInterrupt } from './interrupt.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs a command to its end; resolves with its exit status, 128 and the signal's number where one killed it. */
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
      end(() => reject(new UsageError(`cannot start ${program}: ${message}`))),
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
