import type { WriteStream } from 'node:tty';
import { asciiOf } from '../format/text.ts';

/** How a report may be drawn. */
export interface Terminal {
  readonly color: boolean;
  /** Columns. */
  readonly width: number;
  /** Whether it can show more than ASCII. */
  readonly unicode: boolean;
}

const defaultWidth = 80;

/**
 * What a stream can show. `--no-color`, NO_COLOR (no-color.org) and pipes give plain text, FORCE_COLOR
 * colours.
 */
export function terminalOf(stream: WriteStream, colorWanted: boolean): Terminal {
  const { NO_COLOR, FORCE_COLOR, COLUMNS, TERM } = process.env;
  const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0';
  const isPlain = (NO_COLOR !== undefined && NO_COLOR !== '') || TERM === 'dumb';
  const color = colorWanted && !isPlain && (stream.isTTY === true || isForced);
  // A pseudo-terminal of unknown size has 0 columns.
  const width = stream.columns || Number(COLUMNS) || defaultWidth;
  return { color, width, unicode: showsUnicode(stream.isTTY === true, process.env) };
}

/**
 * Whether a stream takes UTF-8, by the locale: the first of LC_ALL, LC_CTYPE and LANG that is not empty.
 * Where none is set, a terminal is taken to show ASCII only, as the C locale says; pipes and files, which
 * programs read, have UTF-8 then.
 */
export function showsUnicode(
  isTerminal: boolean,
  { LC_ALL, LC_CTYPE, LANG }: Readonly<Record<string, string | undefined>>,
): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG;
  return locale === undefined || locale === '' ? !isTerminal : /utf-?8/i.test(locale);
}

/** Writes a report to standard output, or another stream, as its reader can see it, and a line end. */
export function printReport(
  colorWanted: boolean,
  render: (terminal: Terminal) => string,
  stream: WriteStream = process.stdout,
): void {
  const terminal = terminalOf(stream, colorWanted);
  const text = render(terminal);
  stream.write(`${terminal.unicode ? text : asciiOf(text)}\n`);
}
