import type { WriteStream } from 'node:tty';
import { asciiOf } from '../report/ascii.ts';
import { renderLiveTable } from '../report/live-table.ts';
import { createLiveRows } from './live-rows.ts';
import { createPace } from './pace.ts';
import { canRedraw, createProgress, type ProgressDisplay, progressText } from './progress.ts';
import { terminalOf } from './terminal.ts';

/** Lines below the table: a blank one, the progress, and the cursor's. */
const linesBelow = 3;

/**
 * How a run is shown while it measures: on a terminal of known size as a table that fills up, its intervals narrower
 * after every round, with the progress below; elsewhere as `createProgress` does. It is drawn before each fork and never
 * during one.
 */
export async function createRunDisplay(
  stream: WriteStream,
  ids: readonly string[],
  colorWanted: boolean,
): Promise<ProgressDisplay> {
  const hasSize = stream.columns > 0 && stream.rows > 0;
  if (!canRedraw(stream) || !hasSize) return createProgress(stream);
  const { createLogUpdate } = await import('log-update');
  const show = createLogUpdate(stream);
  const startedAt = performance.now();
  const rows = createLiveRows(ids);
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
