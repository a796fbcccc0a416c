import { formatTime } from '../../format-time.ts';
import { phasesChart } from '../charts/phases.ts';
import { colorLegend } from '../charts/symbols.ts';
import { figure } from '../figure.ts';
import { html } from '../html.ts';
import { byTime } from '../input.ts';
import { colors } from '../palette.ts';
import { phasedCases } from '../phases.ts';
import type { SectionMaker } from '../section.ts';
import { foldedTable } from '../table.ts';

/** Where an iteration's time goes. */
export const phases: SectionMaker = ({ measured }) => {
  const { cases, legend } = phasedCases(byTime(measured));
  if (cases.length === 0) return undefined;
  const id = 'phases';
  const label = 'Shares of the steps of an iteration, a bar a case';
  const rows = cases.flatMap(({ name, sum, parts }) => parts.map((part) => ({ ...part, case: name, sum })));
  const named = new Set(legend.map(([name]) => name));
  const entries = rows.every(({ name }) => named.has(name))
    ? legend
    : [...legend, ['other steps', colors.other] as const];
  const figures = foldedTable('The figures: every step', [
    { head: 'case', align: 'left', cells: rows.map((row) => row.case) },
    { head: 'step', align: 'left', isLong: true, cells: rows.map(({ text }) => html`<code>${text}</code>`) },
    { head: 'time', align: 'right', cells: rows.map(({ time }) => formatTime(time)) },
    {
      head: 'share',
      align: 'right',
      cells: rows.map(({ time, sum }) => `${((100 * time) / sum).toFixed(0)} %`),
    },
  ]);
  return {
    id,
    title: 'Steps of an iteration',
    how: 'Each bar is an iteration from its first step to its last, each step as wide as its share of the time; bars of many steps show each name once.',
    body: html`${colorLegend(entries)}${figure({ section: id, label }, (size) => phasesChart(cases, size))}${figures}`,
  };
};
