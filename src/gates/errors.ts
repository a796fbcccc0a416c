import { MapbenchError } from '../system/errors.ts';

/** A mistake in a gate. The message is one sentence that starts with where it is. */
export class GateError extends MapbenchError {
  override readonly name = 'GateError';
  /** Of the first wrong character: from 1 to one after the last, in UTF-16 code units. */
  readonly column: number;
  /** The message without the place. */
  readonly problem: string;

  /** `place` is where the gate was written, as `gates.txt:3`; none for a gate of the command line. */
  constructor(column: number, problem: string, place?: string) {
    super('usage', place === undefined ? `column ${column}: ${problem}` : `${place}:${column}: ${problem}`);
    this.column = column;
    this.problem = problem;
  }
}

/** A value that this host or this run cannot give. The message is one sentence; the gate then fails. */
export function unavailable(sentence: string): MapbenchError {
  return new MapbenchError('unavailable', sentence);
}

/** Does something with a gate; a `GateError` out of it says where the gate was written. */
export function withPlace<T>(place: string | undefined, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof GateError) throw new GateError(error.column, error.problem, place);
    throw error;
  }
}

/**
 * The gate and a caret under the column:
 *
 *       rwx < 500
 *             ^
 */
export function withCaretBelow({ column }: GateError, gate: string): string {
  const caret = `${' '.repeat(column - 1)}^`;
  return [`  ${visible(gate)}`, `  ${caret}`].join('\n');
}

/** The text with spaces for what a terminal would obey or not show, so that columns stay where they are. */
function visible(text: string): string {
  return text.replace(/[\p{C}\p{Z}]/gu, (hidden) => ' '.repeat(hidden.length)).trimEnd();
}
