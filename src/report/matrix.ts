import { Chalk, type ChalkInstance } from 'chalk';
import type { Cell, Matrix } from '../comparison/matrix.ts';
import { formatChange, formatPercent } from './format-percent.ts';
import { formatTime } from './format-time.ts';
import { type Column, lightTable } from './light-table.ts';
import type { RenderOptions } from './table.ts';
import { plainText, textWidth } from './text.ts';

/** Documents side by side: a row a case, a column a document, with the change against the first document. */
export function renderMatrix(matrix: Matrix, { color, width }: RenderOptions): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const cases: Column = { head: 'case', align: 'left', cells: matrix.rows.map(({ id }) => plainText(id)) };
  const documents = matrix.names.map((name, index): Column => {
    const cells = matrix.rows.map(({ cells }) => cellText(cells[index] ?? {}, chalk));
    return { head: plainText(name), align: 'right', cells };
  });
  const visible: Column = {
    head: 'could see',
    align: 'right',
    cells: matrix.rows.map(({ cells }) => visibleIn(cells)),
  };
  const wide = lightTable([cases, ...documents, visible], chalk);
  const legend =
    'in brackets: the change against the first document; * beyond its threshold, p < 0.01 over the whole table; could see: slowdowns from there on would have been found';
  if (textWidth(wide) <= width || documents.length <= 2) return `${wide}\n\n${legend}`;
  // A document a block, where they do not fit side by side.
  const [first, ...others] = documents;
  const blocks = others.map((each) => lightTable([cases, ...(first ? [first] : []), each, visible], chalk));
  return [...blocks, legend].join('\n\n');
}

/** What the least sensitive comparison of a row would have found. */
function visibleIn(cells: readonly Cell[]): string {
  const known = cells.flatMap(({ smallestVisible }) => smallestVisible ?? []);
  return known.length === 0 ? '-' : formatPercent(Math.max(...known));
}

function cellText({ estimate, change, verdict }: Cell, chalk: ChalkInstance): string {
  if (estimate === undefined) return '-';
  const time = formatTime(estimate.point);
  if (change === undefined) return time;
  const text = formatChange(change.point);
  if (verdict === 'regressed') return `${time} (${chalk.red(`${text}*`)})`;
  if (verdict === 'improved') return `${time} (${chalk.green(`${text}*`)})`;
  return `${time} (${text} )`;
}
