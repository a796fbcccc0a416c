import { Chalk } from 'chalk';
import { lightTable } from './light-table.ts';
import type { RenderOptions } from './table.ts';
import { plainText, wrapText } from './text.ts';

/** A strategy as `mapbench list` shows it. */
export interface CatalogueRow {
  readonly name: string;
  readonly summary: string;
  readonly wx: string;
  readonly status: 'available' | 'unavailable' | 'failed';
  readonly reason?: string;
}

/** Columns that are kept for the summaries in any terminal. */
const leastSummary = 24;

/** The strategies as a table, with the reasons why some cannot run here below it. */
export function renderCatalogue(rows: readonly CatalogueRow[], { color, width }: RenderOptions): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const marks = { available: chalk.green, unavailable: chalk.yellow, failed: chalk.red };
  const longest = (of: (row: CatalogueRow) => string) => Math.max(...rows.map((row) => of(row).length));
  const taken =
    longest(({ name }) => name) + longest(({ wx }) => wx) + longest(({ status }) => status) + 3 * 2;
  const summaryWidth = Math.max(leastSummary, width - taken);
  const column = (head: string, cell: (row: CatalogueRow) => string) =>
    ({ head, align: 'left', cells: rows.map(cell) }) as const;
  const table = lightTable(
    [
      column('strategy', ({ name }) => name),
      column('W^X', ({ wx }) => wx),
      column('here', ({ status }) => marks[status](status)),
      column('summary', ({ summary }) => wrapText(summary, summaryWidth)),
    ],
    chalk,
  );
  const reasons = rows.flatMap(({ name, status, reason }) =>
    reason === undefined ? [] : [wrapText(plainText(`${name}: ${status}: ${reason}`), width, '  ')],
  );
  return [table, ...(reasons.length > 0 ? ['', ...reasons] : [])].join('\n');
}
