import { formatTime } from '../../format-time.ts';
import { wxLegend } from '../charts/symbols.ts';
import { windowsChart } from '../charts/windows.ts';
import { figure } from '../figure.ts';
import { html } from '../html.ts';
import { byTime } from '../input.ts';
import type { SectionMaker } from '../section.ts';
import { foldedTable } from '../table.ts';
import { windowedCases } from '../windows.ts';

/** What safety costs: how long the code can be written against how long an iteration takes. */
export const windows: SectionMaker = ({ measured }) => {
  const cases = windowedCases(byTime(measured));
  if (cases.length === 0) return undefined;
  const id = 'window';
  const label = 'Time in which the code can be written, against the time of an iteration';
  const figures = foldedTable('The figures: write windows', [
    { head: 'case', align: 'left', cells: cases.map(({ name }) => name) },
    { head: 'W^X', align: 'left', cells: cases.map(({ wx }) => wx) },
    { head: 'time/iteration', align: 'right', cells: cases.map(({ time }) => formatTime(time)) },
    {
      head: 'writable for',
      align: 'right',
      cells: cases.map(({ window }) => (window === 0 ? 'never' : formatTime(window))),
    },
    { head: 'can be run meanwhile', align: 'left', cells: cases.map(({ executable }) => executable) },
  ]);
  return {
    id,
    title: 'Write window against time',
    how: 'The lower a mark, the shorter its code can be written; the further left, the faster: what is fast and safe is in the lower left corner. Marks too close for a name are in the table.',
    body: html`${wxLegend(measured.map(({ result }) => result))}${figure({ section: id, label }, (size) => windowsChart(cases, size))}${figures}`,
  };
};
