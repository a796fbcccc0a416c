import { Chalk } from 'chalk';
import Table from 'cli-table3';

/** A strategy as `mapbench list` shows it. */
export interface CatalogueRow {
  readonly name: string;
  readonly summary: string;
  readonly wx: string;
  readonly status: 'available' | 'unavailable' | 'failed';
  readonly reason?: string;
}

const noBorders = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((part) => [part, '']),
);

/** Columns that the first three columns and their paddings take. */
const leadingColumns = 14 + 6 + 14;

/** The strategies as a table, with the reasons why some cannot run here below it. */
export function renderCatalogue(
  rows: readonly CatalogueRow[],
  { color, width }: { color: boolean; width: number },
): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const marks = { available: chalk.green, unavailable: chalk.yellow, failed: chalk.red };
  const table = new Table({
    head: ['strategy', 'W^X', 'here', 'summary'].map((head) => chalk.bold(head)),
    chars: noBorders,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    colWidths: [14, 6, 14, Math.max(24, width - leadingColumns)],
    wordWrap: true,
  });
  for (const { name, wx, status, summary } of rows) table.push([name, wx, marks[status](status), summary]);
  const reasons = rows.flatMap(({ name, status, reason }) =>
    reason === undefined ? [] : [`${name}: ${status}: ${reason}`],
  );
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  return [...lines, ...(reasons.length > 0 ? ['', ...reasons] : [])].join('\n');
}
