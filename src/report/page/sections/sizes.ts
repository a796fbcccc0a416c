import { median } from '../../../statistics/quantile.ts';
import { formatTime } from '../../format-time.ts';
import { describeModel } from '../../sizes.ts';
import { crossingsOf, describeCrossing, sweepsOf } from '../../sweeps.ts';
import { sizesChart } from '../charts/sizes.ts';
import { kindAt, symbolLegend } from '../charts/symbols.ts';
import { figure } from '../figure.ts';
import { type Html, html, none } from '../html.ts';
import type { SectionMaker } from '../section.ts';
import { dataTable, foldedTable } from '../table.ts';

/** What a page costs in each strategy that was measured at enough sizes, and where two cross. */
export const sizes: SectionMaker = ({ measured }) => {
  const sweeps = sweepsOf(measured.map(({ result }) => result));
  if (sweeps.length === 0) return undefined;
  const crossings = crossingsOf(sweeps);
  const id = 'sizes';
  const label = 'Time of an iteration by pages of the module, with fitted lines';
  const models = dataTable(
    [
      { head: 'strategy', align: 'left', cells: sweeps.map(({ name }) => name) },
      { head: 'model', align: 'left', isLong: true, cells: sweeps.map(({ model }) => describeModel(model)) },
    ],
    { caption: 'The fitted models' },
  );
  const rows = sweeps.flatMap(({ name, points }) => points.map((point) => ({ name, ...point })));
  const figures = foldedTable('The figures: every size', [
    { head: 'strategy', align: 'left', cells: rows.map(({ name }) => name) },
    { head: 'pages', align: 'right', cells: rows.map(({ pages }) => pages) },
    { head: 'time', align: 'right', cells: rows.map(({ forks }) => formatTime(median(forks))) },
  ]);
  const legend = symbolLegend(sweeps.map(({ name }, index) => kindAt(index, name)));
  const chart = figure({ section: id, label }, (size) => sizesChart(sweeps, crossings, size));
  return {
    id,
    title: 'Cost by pages',
    how: 'Marks are what was measured, lines the fitted models (a fixed cost and a cost a page, in two pieces where one line does not fit); rings are where one strategy becomes faster than another.',
    body: html`${legend}${chart}${crossingList(crossings.map(describeCrossing))}${models}${figures}`,
  };
};

function crossingList(sentences: readonly string[]): Html {
  if (sentences.length === 0) return none;
  return html`<ul class="remarks">${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}
