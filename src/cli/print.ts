import { asciiOf } from '../report/ascii.ts';
import { type Terminal, terminalOf } from './terminal.ts';

/** Writes a report to standard output as its reader can see it, and a line end. */
export function printReport(colorWanted: boolean, render: (terminal: Terminal) => string): void {
  const terminal = terminalOf(process.stdout, colorWanted);
  const text = render(terminal);
  process.stdout.write(`${terminal.unicode ? text : asciiOf(text)}\n`);
}
