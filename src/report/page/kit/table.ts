import { type Content, type Html, html } from './html.ts';

/** A column of a table: its cells from top to bottom. */
export interface TableColumn {
  readonly head: string;
  /** Numbers stand to the right. */
  readonly align: 'left' | 'right';
  readonly cells: readonly Content[];
  /** What the rows are sorted by, if that is not the cells' text: a number, or none for what is not known. */
  readonly values?: readonly (number | undefined)[];
  /** Sentences, which are broken into lines. */
  readonly isLong?: boolean;
}

/** What a table is besides its columns. */
export interface TableNames {
  /** What it holds, for a screen reader. */
  readonly caption: string;
  /** Whether the heads are buttons that sort. */
  readonly isSortable?: boolean;
}

/** A table that scrolls within the page if it is too wide; the first column names the rows. */
export function dataTable(
  columns: readonly TableColumn[],
  { caption, isSortable = false }: TableNames,
): Html {
  const rows = columns[0]?.cells.length ?? 0;
  const heads = columns.map(({ head, align }) => headOf(head, align, isSortable));
  const lines = Array.from({ length: rows }, (_, row) => {
    const cells = columns.map((column, index) => cellOf(column, row, index === 0));
    return html`<tr>${cells}</tr>
`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table${isSortable ? html` class="sortable"` : undefined}>
<caption class="unseen">${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${lines}</tbody>
</table></div>`;
}

/** A table that is folded away: the figures of a chart. */
export function foldedTable(summary: string, columns: readonly TableColumn[]): Html {
  return html`<details><summary>${summary}</summary>${dataTable(columns, { caption: summary })}</details>`;
}

function headOf(head: string, align: TableColumn['align'], isSortable: boolean): Html {
  const content = isSortable ? html`<button type="button">${head}</button>` : html`${head}`;
  return html`<th scope="col" class="${align}"${isSortable ? html` aria-sort="none"` : undefined}>${content}</th>`;
}

function cellOf({ align, cells, values, isLong }: TableColumn, row: number, isFirst: boolean): Html {
  const content = cells[row];
  if (isFirst) return html`<th scope="row" class="${align}">${content}</th>`;
  const value = values?.[row];
  const known = value !== undefined && !Number.isNaN(value);
  const key = values === undefined ? undefined : html` data-value="${known ? value : ''}"`;
  return html`<td class="${isLong ? 'wrap' : align}"${key}>${content}</td>`;
}
