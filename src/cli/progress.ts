import type { WriteStream } from 'node:tty';
import type { RunEvents } from '../runner/run.ts';
import type { Progress } from '../runner/session.ts';

/** Shows how far a session is. */
export interface ProgressDisplay extends Required<Pick<RunEvents, 'onForkEnd' | 'onRound'>> {
  readonly onFork: (progress: Progress) => void;
  /** Of what follows the rounds. */
  readonly onStep: (each: { readonly id: string }, what: string) => void;
  /** Clears what is shown. */
  end(): void;
}

const clearLine = '\r\x1b[K';

/** Milliseconds between two lines where they do not overwrite each other. */
const lineEvery = 10_000;

/** One line that changes on a terminal; a line now and then elsewhere. */
export function createProgress(stream: WriteStream): ProgressDisplay {
  const startedAt = performance.now();
  if (!canRedraw(stream)) return lineNowAndThen(stream, startedAt);
  return {
    onFork(progress) {
      stream.write(clearLine + progressText(progress, startedAt).slice(0, (stream.columns || 80) - 1));
    },
    onForkEnd() {},
    onRound() {},
    onStep({ id }, what) {
      stream.write(clearLine + `${id}  ${what}`.slice(0, (stream.columns || 80) - 1));
    },
    end() {
      stream.write(clearLine);
    },
  };
}

/** Whether a stream is a terminal on which lines can be drawn again. */
export function canRedraw(stream: WriteStream): boolean {
  return stream.isTTY === true && process.env.TERM !== 'dumb';
}

/** How far a session is that began at `startedAt`, of performance.now(). */
export function progressText(progress: Progress, startedAt: number): string {
  return `${progress.case.id}  ${place(progress)}${timeLeft(progress, startedAt)}`;
}

function lineNowAndThen(stream: WriteStream, startedAt: number): ProgressDisplay {
  // Who waits less than that need not be told.
  let lastLine = startedAt;
  return {
    onFork(progress) {
      if (performance.now() - lastLine < lineEvery) return;
      lastLine = performance.now();
      stream.write(`mapbench: ${place(progress)}${timeLeft(progress, startedAt)}\n`);
    },
    onForkEnd() {},
    onRound() {},
    onStep() {},
    end() {},
  };
}

function place({ round, rounds, cases }: Progress): string {
  if (round <= rounds) return `round ${round} of ${rounds}`;
  return `round ${round}, ${cases} ${cases === 1 ? 'case is' : 'cases are'} not precise yet`;
}

function timeLeft({ forksDone, forksPlanned, round, rounds }: Progress, startedAt: number): string {
  if (forksDone === 0 || round > rounds) return '';
  const perFork = (performance.now() - startedAt) / forksDone;
  return `, ${Math.ceil((perFork * (forksPlanned - forksDone)) / 1000)} s left`;
}
