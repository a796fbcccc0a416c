import { formatChange, formatP } from '../../format-percent.ts';
import { formatTime } from '../../format-time.ts';
import { stripsChart } from '../charts/strips.ts';
import { type Strip, stripsOf } from '../drifts.ts';
import { figure } from '../figure.ts';
import { type Html, html, none } from '../html.ts';
import { byTime } from '../input.ts';
import type { SectionMaker } from '../section.ts';
import { foldedTable } from '../table.ts';

/** The samples in their order, and whether the machine drifted. */
export const drift: SectionMaker = ({ measured }) => {
  const strips = stripsOf(byTime(measured));
  if (strips.length === 0) return undefined;
  const id = 'drift';
  const label = 'Samples of each case in the order in which they were taken, fork by fork';
  return {
    id,
    title: 'Order and drift',
    how: 'Each strip is a case from its first sample to its last, against its median; bands are child processes, the dark line is the median of each, and what is beyond the strip stands at its edge.',
    body: html`${remarks(strips)}${figure({ section: id, label }, (size) => stripsChart(strips, size))}${figures(strips)}`,
  };
};

function remarks(strips: readonly Strip[]): Html {
  const items = strips.flatMap(({ name, remark }) =>
    remark === undefined ? [] : html`<li><strong>${name}</strong>: ${remark}</li>`,
  );
  if (items.length > 0) return html`<ul class="remarks">${items}</ul>`;
  const isKnown = strips.some(({ drift: found }) => found !== undefined);
  return isKnown ? html`<p>No case drifts by more than chance would.</p>` : none;
}

function figures(strips: readonly Strip[]): Html {
  const time = (of: (strip: Strip) => number | undefined) =>
    strips.map((strip) => formatTime(of(strip) ?? 0));
  return foldedTable('The figures: trends over the forks', [
    { head: 'case', align: 'left', cells: strips.map(({ name }) => name) },
    { head: 'forks', align: 'right', cells: strips.map(({ forks }) => forks.length) },
    { head: 'first fork', align: 'right', cells: time(({ forks }) => forks[0]?.median) },
    { head: 'last fork', align: 'right', cells: time(({ forks }) => forks.at(-1)?.median) },
    {
      head: 'trend, first to last',
      align: 'right',
      cells: strips.map(({ drift: found }) => (found ? formatChange(found.change) : 'too few forks')),
    },
    {
      head: 'by chance',
      align: 'right',
      cells: strips.map(({ drift: found }) => (found ? formatP(found.p) : '')),
    },
  ]);
}
