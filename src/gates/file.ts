import type { Gate } from './expression.ts';
import { parseGate } from './gate.ts';

/**
 * Parses the text of a file of gates: one a line; blank lines, and what follows a `#`, are passed over. The message of
 * a `GateError` starts with file, line and column, as `gates.txt:3:7`.
 */
export function parseGates(text: string, file: string): Gate[] {
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, index) => {
    // What stands before the gate stays, so that columns are those of the file.
    const gate = line.replace(/#.*$/, '').trimEnd();
    return gate === '' ? [] : [parseGate(gate, `${file}:${index + 1}`)];
  });
}
