import { type Trend, trendsOf } from '../../../comparison/trends.ts';
import { changeLines } from '../../trend.ts';
import { trendsChart } from '../charts/trends.ts';
import { figure } from '../figure.ts';
import { html } from '../html.ts';
import type { PageInput } from '../input.ts';
import type { SectionMaker } from '../section.ts';
import { dataTable } from '../table.ts';

/** A case's trend with the name that the page has for it. */
export interface NamedTrend {
  readonly key: string;
  readonly name: string;
  readonly trend: Trend;
}

/** The cases of the page over recorded runs, and where their level changed. */
export const trends: SectionMaker = (input) => {
  const named = trendsOfCases(input).filter(({ trend }) => trend.points.length > 1);
  if (named.length === 0) return undefined;
  const id = 'trends';
  const label = 'Times over recorded runs, a strip a case, with lines where the level changed';
  const changes = dataTable(
    [
      { head: 'case', align: 'left', cells: named.map(({ name }) => name) },
      { head: 'runs', align: 'right', cells: named.map(({ trend }) => trend.points.length) },
      {
        head: 'changes (times in UTC)',
        align: 'left',
        isLong: true,
        cells: named.map(({ trend }) => changeLines(trend).map((line) => html`<p>${line}</p>`)),
      },
    ],
    { caption: 'Changes over recorded runs' },
  );
  return {
    id,
    title: 'Recorded runs',
    how: 'Each mark is a run, from the oldest to the newest, against the median of its case; vertical lines are changes of level, of which one in a hundred cases without any has one.',
    body: html`${figure({ section: id, label }, (size) => trendsChart(named, size))}${changes}`,
  };
};

/** The trends of the shown cases on the host of the shown document. */
function trendsOfCases({ measured, document, history = [] }: PageInput): NamedTrend[] {
  const { cpu, architecture, virtualisation, pageSize } = document.host;
  const all = trendsOf(history).filter(
    ({ host }) =>
      host.cpu === cpu &&
      host.architecture === architecture &&
      host.virtualisation === virtualisation &&
      host.pageSize === pageSize,
  );
  return measured.flatMap(({ key, name, result }) => {
    const trend = all.find(({ id }) => id === result.id);
    return trend === undefined ? [] : [{ key, name, trend }];
  });
}
