import { differencesBetween } from '../../../comparison/differences.ts';
import { type Cell, compareMany, type Matrix } from '../../../comparison/matrix.ts';
import { type CostUnit, formatChange, formatCost, formatPercent } from '../../../format/numbers.ts';
import { plainText } from '../../../format/text.ts';
import * as Plot from '../../../vendor/plot.ts';
import { caseLabels } from '../../facts.ts';
import { costAxes } from '../kit/axis.ts';
import { draw, figure, rowNames, type Size } from '../kit/draw.ts';
import { type Content, type Html, html } from '../kit/html.ts';
import type { SectionMaker } from '../kit/input.ts';
import { colorLegend, colors, orderColor } from '../kit/symbols.ts';
import { dataTable, type TableColumn } from '../kit/table.ts';
import { notes } from './comparison.ts';

/** Times by document, a row a case, the documents coloured in their order. */
function matrixChart({ names: documents, rows }: Matrix, unit: CostUnit, size: Size): Html {
  const labels = caseLabels(rows.map(({ id }) => id));
  const named = rows.map(({ id, cells }, index) => ({ key: id, name: labels[index] ?? id, cells }));
  const names = rowNames(named, size);
  const dots = named.flatMap(({ key, cells }) =>
    cells.flatMap(({ estimate }, index) => {
      if (estimate === undefined || estimate.point <= 0) return [];
      const { low, point, high } = estimate;
      return [
        {
          key,
          time: point,
          low: low || point,
          high: high ?? point,
          // One above the other, the oldest on top, so that documents of one time hide each other less.
          place: documents.length < 2 ? 0 : 1 - (2 * index) / (documents.length - 1),
          color: orderColor(index, documents.length),
          title: plainText(`${documents[index]}: ${formatCost(point, estimate.unit)}`),
        },
      ];
    }),
  );
  const axes = costAxes(
    dots.flatMap(({ low, high }) => [low, high]),
    unit,
    size,
    'an iteration, log scale',
  );
  const rowHeight = Math.max(24, documents.length * 6 + 8);
  const facet = { fy: 'key', y: 'place' };
  return draw({
    width: size.width,
    height: named.length * rowHeight + 76,
    marginLeft: names.marginLeft,
    marginRight: 18,
    marginTop: 30,
    marginBottom: 42,
    x: axes.scale,
    y: { domain: [-1.6, 1.6], axis: null },
    fy: { domain: [...names.domain], padding: 0 },
    marks: [
      ...axes.marks,
      Plot.axisFy({ label: null, anchor: 'left', tickFormat: names.tickFormat, textAnchor: 'end', dx: -6 }),
      Plot.ruleY(dots, { ...facet, x1: 'low', x2: 'high', stroke: 'color', strokeWidth: 2 }),
      Plot.dot(dots, {
        ...facet,
        x: 'time',
        r: 3.5,
        fill: 'color',
        stroke: colors.back,
        strokeWidth: 0.75,
        title: 'title',
        className: 'document',
      }),
    ],
    color: { type: 'identity' },
  });
}

/** More than two documents side by side, as `mapbench compare` sees them. */
export const matrix: SectionMaker = ({ documents, unit, compare: { threshold } }) => {
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
    const all = differencesBetween([first.document], [document]);
    return all.length === 0 ? [] : [`${name} differs from ${first.name} in ${all.join('; ')}`];
  });
  return {
    id,
    title: 'Comparison',
    how: `Each mark is a case’s time in one document, the oldest on top; in the table the change against ${first.name}, with a star where it is beyond the threshold, and the slowdown from which on one would have been found.`,
    body: html`${notes(differences)}${legend}${figure({ section: id, label }, (size) => matrixChart(shown, unit, size))}${dataTable(columnsOf(shown), { caption: 'Times by document', isSortable: true })}`,
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
      head: 'MDE',
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
  const known = cells.flatMap(({ minimumDetectable }) => minimumDetectable ?? []);
  return known.length === 0 ? undefined : Math.max(...known);
}

function cellOf({ estimate, change, verdict }: Cell): Content {
  if (estimate === undefined) return '';
  const time = formatCost(estimate.point, estimate.unit);
  if (change === undefined) return time;
  const text = formatChange(change.point);
  if (verdict === 'regressed') return html`${time} <span class="bad">${text}*</span>`;
  if (verdict === 'improved') return html`${time} <span class="good">${text}*</span>`;
  return html`${time} <span class="dim">${text}</span>`;
}
