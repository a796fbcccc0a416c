import type { WriteStream } from 'node:tty';
import type { CostUnit } from '../format/numbers.ts';
import { asciiOf } from '../format/text.ts';
import { type LiveRow, renderLiveTable } from '../report/terminal/live-table.ts';
import type { Estimate, ResultDocument } from '../results/document.ts';
import type { RunEvents } from '../runner/run.ts';
import type { CaseState, Progress } from '../runner/session.ts';
import { median } from '../statistics/descriptive.ts';
import { terminalOf } from './terminal.ts';

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
function canRedraw(stream: WriteStream): boolean {
  return stream.isTTY === true && process.env.TERM !== 'dumb';
}

/** How far a session is that began at `startedAt`, of performance.now(). */
function progressText(progress: Progress, startedAt: number): string {
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

/** What longer work may take of the time. */
const maxFraction = 0.05;

/** How work is paced. Milliseconds. */
export interface PaceOptions {
  /** Work up to this long is done whenever it is asked for. Default 200. */
  readonly short?: number;
  readonly clock?: () => number;
}

/** Does work when it is asked for, unless that would take more than a twentieth of the time. */
export function createPace({
  short = 200,
  clock = () => performance.now(),
}: PaceOptions = {}): (work: () => void) => void {
  let last: { readonly took: number; readonly end: number } | undefined;
  return (work) => {
    const start = clock();
    const isDue = last === undefined || last.took <= short || start - last.end >= last.took / maxFraction;
    if (!isDue) return;
    work();
    const end = clock();
    last = { took: end - start, end };
  };
}

/** What is known of the cases of a run under way. */
export interface LiveRows {
  /** In the order of the cases. */
  all(): LiveRow[];
  /**
   * Takes in a fork: a case without an estimate gets the median of its forks' medians, which takes no time.
   */
  forkEnded(state: CaseState): void;
  /** Takes in the estimates of a round. */
  roundEnded(document: ResultDocument): void;
}

/** Rows of cases of which nothing is known yet. */
export function createLiveRows(ids: readonly string[], unit: CostUnit = 'ns/iter'): LiveRows {
  const rows = new Map<string, LiveRow>(ids.map((id) => [id, { id, forks: 0, changed: 0 }]));
  let changes = 0;
  return {
    all: () => [...rows.values()],
    forkEnded({ case: { id }, forks, ended }) {
      const estimate =
        rows.get(id)?.estimate ??
        roughEstimate(
          forks.map(({ samples }) => samples),
          unit,
        );
      rows.set(id, {
        id,
        forks: forks.length,
        changed: ++changes,
        ...(estimate && { estimate }),
        ...(ended && { ended: ended.status }),
      });
    },
    roundEnded({ cases }) {
      for (const each of cases) {
        const row = rows.get(each.id);
        if (row !== undefined && each.status === 'measured')
          rows.set(each.id, { ...row, estimate: each.estimate });
      }
    },
  };
}

function roughEstimate(forks: readonly (readonly number[])[], unit: CostUnit): Estimate | undefined {
  const medians = forks.filter(({ length }) => length > 0).map(median);
  if (medians.length === 0) return undefined;
  return { unit, point: median(medians), low: null, high: null, confidence: null };
}

/** Lines below the table: a blank one, the progress, and the cursor's. */
const linesBelow = 3;

/**
 * How a run is shown while it measures: on a terminal of known size as a table that fills up, its intervals
 * narrower after every round, with the progress below; elsewhere as `createProgress` does. It is drawn before
 * each fork and never during one.
 */
export async function createRunDisplay(
  stream: WriteStream,
  ids: readonly string[],
  colorWanted: boolean,
  unit: CostUnit = 'ns/iter',
): Promise<ProgressDisplay> {
  const hasSize = stream.columns > 0 && stream.rows > 0;
  if (!canRedraw(stream) || !hasSize) return createProgress(stream);
  const { createLogUpdate } = await import('log-update');
  const show = createLogUpdate(stream);
  const startedAt = performance.now();
  const rows = createLiveRows(ids, unit);
  const pace = createPace();
  const draw = (line: string) => {
    const { color, width, unicode } = terminalOf(stream, colorWanted);
    // A line as wide as the terminal would be followed by an empty one on some.
    const room = { color, width: width - 1, height: stream.rows - linesBelow };
    const table = renderLiveTable(rows.all(), room);
    const text = [...(table === '' ? [] : [table, '']), line.slice(0, room.width)].join('\n');
    show(unicode ? text : asciiOf(text));
  };
  return {
    onFork: (progress) => draw(progressText(progress, startedAt)),
    onForkEnd: rows.forkEnded,
    onRound: (soFar) => pace(() => rows.roundEnded(soFar())),
    onStep: ({ id }, what) => draw(`${id}  ${what}`),
    end() {
      show.clear();
      show.done();
    },
  };
}
