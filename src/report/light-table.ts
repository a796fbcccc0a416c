import type { ChalkInstance } from 'chalk';
import Table from 'cli-table3';

/** A column of a table: its cells from top to bottom. */
export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  readonly cells: readonly string[];
}

/** Two spaces between columns, a rule under the head, nothing else. */
const light = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', right: '', 'right-mid': '' },
  ...{ middle: '  ', mid: '─', 'mid-mid': '──' },
};

/** Draws columns of equal length, without a line end after the last line. */
export function lightTable(columns: readonly Column[], chalk: ChalkInstance): string {
  const table = new Table({
    head: columns.map(({ head }) => chalk.bold(head)),
    colAligns: columns.map(({ align }) => align),
    chars: light,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  const rows = columns[0]?.cells.length ?? 0;
  for (let row = 0; row < rows; row++) table.push(columns.map(({ cells }) => cells[row]));
  const lines = table.toString().split('\n');
  return lines.map((line, index) => (index === 1 ? chalk.dim(line) : line.trimEnd())).join('\n');
}
