import { differencesBetween } from '../../../comparison/differences.ts';
import { type Cell, compareMany, type Matrix } from '../../../comparison/matrix.ts';
import { caseLabels } from '../../case-labels.ts';
import { formatChange, formatPercent } from '../../format-percent.ts';
import { formatTime } from '../../format-time.ts';
import { matrixChart } from '../charts/matrix.ts';
import { colorLegend } from '../charts/symbols.ts';
import { figure } from '../figure.ts';
import { type Content, html } from '../html.ts';
import { orderColor } from '../palette.ts';
import type { SectionMaker } from '../section.ts';
import { dataTable, type TableColumn } from '../table.ts';
import { notes } from './comparison.ts';

/** More than two documents side by side, as `mapbench compare` sees them. */
export const matrix: SectionMaker = ({ documents, compare: { threshold } }) => {
  if (documents.length < 3) return undefined;
  const [first, ...others] = documents;
  const found = compareMany(documents, threshold === undefined ? {} : { threshold });
  const shown = { ...found, rows: found.rows.filter(({ cells }) => cells.some(({ estimate }) => estimate)) };
  const id = 'comparison';
  const label = 'Time of each case by document';
  const legend = colorLegend(
    documents.map(({ name }, index) => [name, orderColor(index, documents.length)] as const),
  );
  const differences = others.flatMap(({ name, document }) => {
    const all = differencesBetween(first.document, document);
    return all.length === 0 ? [] : [`${name} differs from ${first.name} in ${all.join('; ')}`];
  });
  return {
    id,
    title: 'Comparison',
    how: `Each mark is a case’s time in one document, the oldest on top; in the table the change against ${first.name}, with a star where it is beyond the threshold, and the slowdown from which on one would have been found.`,
    body: html`${notes(differences)}${legend}${figure({ section: id, label }, (size) => matrixChart(shown, size))}${dataTable(columnsOf(shown), { caption: 'Times by document', isSortable: true })}`,
  };
};

function columnsOf({ names, rows }: Matrix): TableColumn[] {
  return [
    { head: 'case', align: 'left', cells: caseLabels(rows.map(({ id }) => id)) },
    ...names.map(
      (head, index): TableColumn => ({
        head,
        align: 'right',
        cells: rows.map(({ cells }) => cellOf(cells[index] ?? {})),
        values: rows.map(({ cells }) => cells[index]?.estimate?.point),
      }),
    ),
    {
      head: 'could see',
      align: 'right',
      cells: rows.map(({ cells }) => {
        const visible = visibleIn(cells);
        return visible === undefined ? '' : formatPercent(visible);
      }),
      values: rows.map(({ cells }) => visibleIn(cells)),
    },
  ];
}

/** What the least sensitive comparison of a row would have found. */
function visibleIn(cells: readonly Cell[]): number | undefined {
  const known = cells.flatMap(({ smallestVisible }) => smallestVisible ?? []);
  return known.length === 0 ? undefined : Math.max(...known);
}

function cellOf({ estimate, change, verdict }: Cell): Content {
  if (estimate === undefined) return '';
  const time = formatTime(estimate.point);
  if (change === undefined) return time;
  const text = formatChange(change.point);
  if (verdict === 'regressed') return html`${time} <span class="bad">${text}*</span>`;
  if (verdict === 'improved') return html`${time} <span class="good">${text}*</span>`;
  return html`${time} <span class="dim">${text}</span>`;
}
