import { Chalk } from 'chalk';
import { plainText, wrapText } from '../../format/text.ts';
import { lightTable, type RenderOptions } from './light-table.ts';

/** A strategy as `mapbench list` shows it. */
export interface CatalogueRow {
  readonly name: string;
  readonly summary: string;
  readonly group: string;
  readonly wx: string;
  readonly status: 'available' | 'unavailable' | 'failed';
  readonly reason?: string;
}

/** Columns that are kept for the summaries in any terminal. */
const minSummary = 24;

/** The strategies as a table, with the reasons why some cannot run here below it. */
export function renderCatalogue(rows: readonly CatalogueRow[], { color, width }: RenderOptions): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const marks = { available: chalk.green, unavailable: chalk.yellow, failed: chalk.red };
  const longest = (of: (row: CatalogueRow) => string) => Math.max(...rows.map((row) => of(row).length));
  const columns = [
    ({ name }) => name,
    ({ group }) => group,
    ({ wx }) => wx,
    ({ status }) => status,
  ] as const satisfies ((row: CatalogueRow) => string)[];
  const taken = columns.reduce((sum, of) => sum + longest(of) + 2, 0);
  const summaryWidth = Math.max(minSummary, width - taken);
  const column = (head: string, cell: (row: CatalogueRow) => string) =>
    ({ head, align: 'left', cells: rows.map(cell) }) as const;
  const table = lightTable(
    [
      column('strategy', ({ name }) => name),
      column('group', ({ group }) => group),
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

/** A probe as `mapbench list --probe` shows it. */
export interface ProbeRow {
  readonly name: string;
  readonly summary: string;
  /** The kernel's, in a word. */
  readonly answer: string;
  /** What was asked. */
  readonly step: string;
}

/** The probes with the kernel's answers, what was asked below each. */
export function renderProbes(rows: readonly ProbeRow[], { color, width }: RenderOptions): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const longest = (of: (row: ProbeRow) => string) => Math.max(...rows.map((row) => of(row).length));
  const taken = longest(({ name }) => name) + longest(({ answer }) => answer) + 2 * 2;
  const column = (head: string, cell: (row: ProbeRow) => string) =>
    ({ head, align: 'left', cells: rows.map(cell) }) as const;
  const rest = Math.max(minSummary, width - taken);
  return lightTable(
    [
      column('probe', ({ name }) => name),
      column('answer', ({ answer }) => chalk.yellow(answer)),
      column('asked for', ({ summary, step }) => wrapText(plainText(`${summary}: ${step}`), rest)),
    ],
    chalk,
  );
}
