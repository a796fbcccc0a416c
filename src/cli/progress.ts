import type { WriteStream } from 'node:tty';
import type { Progress } from '../runner/session.ts';

/** Shows how far a session is. */
export interface ProgressDisplay {
  readonly onFork: (progress: Progress) => void;
  /** Clears what is shown. */
  end(): void;
}

const clearLine = '\r\x1b[K';

/** One line that changes on a terminal; a line a round elsewhere. */
export function createProgress(stream: WriteStream): ProgressDisplay {
  const startedAt = performance.now();
  if (!stream.isTTY) return lineARound(stream, startedAt);
  return {
    onFork(progress) {
      const text = `${progress.case.id}  ${place(progress)}${timeLeft(progress, startedAt)}`;
      stream.write(clearLine + text.slice(0, (stream.columns || 80) - 1));
    },
    end() {
      stream.write(clearLine);
    },
  };
}

function lineARound(stream: WriteStream, startedAt: number): ProgressDisplay {
  let lastRound = 0;
  return {
    onFork(progress) {
      if (progress.round === lastRound) return;
      lastRound = progress.round;
      stream.write(`mapbench: ${place(progress)}${timeLeft(progress, startedAt)}\n`);
    },
    end() {},
  };
}

function place({ round, rounds }: Progress): string {
  return `round ${round} of ${rounds}`;
}

function timeLeft({ forksDone, forksPlanned }: Progress, startedAt: number): string {
  if (forksDone === 0) return '';
  const perFork = (performance.now() - startedAt) / forksDone;
  return `, ${Math.ceil((perFork * (forksPlanned - forksDone)) / 1000)} s left`;
}
