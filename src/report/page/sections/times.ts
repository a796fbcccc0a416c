import { wxLegend } from '../charts/symbols.ts';
import { timesChart } from '../charts/times.ts';
import { figure } from '../figure.ts';
import { html } from '../html.ts';
import { byTime } from '../input.ts';
import type { SectionMaker } from '../section.ts';

/** What an iteration takes in each case. */
export const times: SectionMaker = ({ measured }) => {
  if (measured.length === 0) return undefined;
  const id = 'time';
  const label = 'Time of an iteration with its confidence interval, a row a case, the fastest first';
  const chart = figure({ section: id, label }, (size) => timesChart(byTime(measured), size));
  return {
    id,
    title: 'Time per strategy',
    how: 'Each mark is the estimate of an iteration’s time, the bar through it its confidence interval, mostly narrower than the mark; the axis is logarithmic, so equal distances are equal ratios. The figures are in the summary.',
    body: html`${wxLegend(measured.map(({ result }) => result))}${chart}`,
  };
};
