import { type Trend, trendsOf } from '../../../comparison/trends.ts';
import { type CostUnit, formatCost } from '../../../format/numbers.ts';
import { plainText } from '../../../format/text.ts';
import { shortCommit } from '../../../results/history.ts';
import { median } from '../../../statistics/descriptive.ts';
import * as Plot from '../../../vendor/plot.ts';
import { changeLines } from '../../terminal/trend.ts';
import { draw, figure, rowNames, type Size } from '../kit/draw.ts';
import { type Html, html } from '../kit/html.ts';
import type { PageInput, SectionMaker } from '../kit/input.ts';
import { colors } from '../kit/symbols.ts';
import { dataTable } from '../kit/table.ts';

/** Times over runs, a strip a case, each against its own median. */
function trendsChart(named: readonly NamedTrend[], unit: CostUnit, size: Size): Html {
  const names = rowNames(named, size);
  const marks = named.flatMap(({ key, trend }) => {
    const middle = median(trend.points.map(({ value }) => value));
    return trend.points.map((point, run) => ({
      key,
      run: run + 1,
      fraction: point.value / middle - 1,
      low: (point.low ?? point.value) / middle - 1,
      high: (point.high ?? point.value) / middle - 1,
      title: plainText(
        [
          point.createdAt.slice(0, 16),
          formatCost(point.value, unit),
          point.kernel,
          point.commit && shortCommit(point.commit),
        ]
          .filter((part) => part !== undefined)
          .join(', '),
      ),
    }));
  });
  const changes = named.flatMap(({ key, trend }) => trend.changes.map(({ at }) => ({ key, at: at + 0.5 })));
  const limit = Math.max(0.02, ...marks.map(({ fraction }) => Math.abs(fraction)));
  const clamp = (fraction: number) => Math.min(limit, Math.max(-limit, fraction));
  const runs = Math.max(...marks.map(({ run }) => run));
  const percent = (fraction: number) => `${fraction > 0 ? '+' : ''}${Number((fraction * 100).toFixed(1))} %`;
  return draw({
    width: size.width,
    height: named.length * 64 + 50,
    marginLeft: names.marginLeft,
    marginRight: 72,
    marginTop: 10,
    marginBottom: 38,
    x: {
      domain: [0.5, runs + 0.5],
      label: 'run, the newest on the right',
      labelAnchor: 'center',
      ticks: Math.min(runs, 10),
      tickFormat: 'd',
    },
    y: { domain: [-limit, limit] },
    fy: { domain: [...names.domain], padding: 0.45 },
    marks: [
      Plot.axisFy({ label: null, anchor: 'left', tickFormat: names.tickFormat, textAnchor: 'end', dx: -6 }),
      Plot.axisY({
        anchor: 'right',
        ticks: [-limit, 0, limit],
        tickFormat: percent,
        tickSize: 0,
        label: null,
      }),
      Plot.ruleY([0], { stroke: colors.line }),
      Plot.ruleX(changes, {
        fy: 'key',
        x: 'at',
        y1: -limit,
        y2: limit,
        stroke: colors.kinds[1] ?? colors.other,
        strokeWidth: 2,
        className: 'change',
      }),
      Plot.ruleX(marks, {
        fy: 'key',
        x: 'run',
        y1: ({ low }) => clamp(low),
        y2: ({ high }) => clamp(high),
        stroke: colors.other,
      }),
      Plot.dot(marks, {
        fy: 'key',
        x: 'run',
        y: 'fraction',
        r: 3,
        fill: colors.accent,
        stroke: colors.back,
        strokeWidth: 0.5,
        title: 'title',
        className: 'run',
      }),
    ],
  });
}

/** A case's trend with the name that the page has for it. */
interface NamedTrend {
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
    body: html`${figure({ section: id, label }, (size) => trendsChart(named, input.unit, size))}${changes}`,
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
