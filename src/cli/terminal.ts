import type { WriteStream } from 'node:tty';

/** How a report may be drawn. */
export interface Terminal {
  readonly color: boolean;
  /** Columns. */
  readonly width: number;
}

const defaultWidth = 80;

/** What a stream can show. `--no-color`, NO_COLOR (no-color.org) and pipes give plain text, FORCE_COLOR colours. */
export function terminalOf(stream: WriteStream, colorWanted: boolean): Terminal {
  const { NO_COLOR, FORCE_COLOR, COLUMNS, TERM } = process.env;
  const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0';
  const isPlain = (NO_COLOR !== undefined && NO_COLOR !== '') || TERM === 'dumb';
  const color = colorWanted && !isPlain && (stream.isTTY === true || isForced);
  const width = stream.columns ?? (Number(COLUMNS) || defaultWidth);
  return { color, width };
}
