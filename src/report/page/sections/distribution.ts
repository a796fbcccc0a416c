import { formatPercent } from '../../format-percent.ts';
import { formatTime } from '../../format-time.ts';
import { violinsChart } from '../charts/violins.ts';
import { figure } from '../figure.ts';
import { html } from '../html.ts';
import { byTime } from '../input.ts';
import { orderScale } from '../order-scale.ts';
import type { SectionMaker } from '../section.ts';
import { foldedTable } from '../table.ts';
import { violinsOf } from '../violins.ts';

/** How samples are distributed in each case, and where each fork lies. */
export const distribution: SectionMaker = ({ measured }) => {
  const violins = violinsOf(byTime(measured));
  if (violins.rows.length === 0) return undefined;
  const id = 'distribution';
  const label = 'Density of the samples of each case against its median, with the median of each fork';
  const { rows } = violins;
  const at = (key: 'p01' | 'p25' | 'median' | 'p75' | 'p99') =>
    ({ head: key, align: 'right', cells: rows.map((row) => formatTime(row[key])) }) as const;
  const figures = foldedTable('The figures: quantiles of the samples', [
    { head: 'case', align: 'left', cells: rows.map(({ name }) => name) },
    { head: 'forks', align: 'right', cells: rows.map(({ forks }) => forks.length) },
    { head: 'samples', align: 'right', cells: rows.map(({ count }) => count) },
    at('p01'),
    at('p25'),
    at('median'),
    at('p75'),
    at('p99'),
    { head: 'not shown', align: 'right', cells: rows.map(({ outside }) => formatPercent(outside)) },
  ]);
  return {
    id,
    title: 'Distribution',
    how: 'Each shape is the density of a case’s samples against its own median on a logarithmic axis; each dot is a child process at its median, the first one on top, so that dots in a slant are drift and dots in two heaps are two states.',
    body: html`${orderScale('fork', 'first', 'last')}${figure({ section: id, label }, (size) => violinsChart(violins, size))}${figures}`,
  };
};
