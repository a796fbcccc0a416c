import type { ChalkInstance } from 'chalk';
import type { MeasuredCase } from '../results/document.ts';
import {
  type CostModel,
  crossings,
  fitCostModel,
  type Line,
  leastSizes,
  type SizeTimes,
  timeAt,
} from '../statistics/cost-model.ts';
import { median } from '../statistics/quantile.ts';
import { formatPercent } from './format-percent.ts';
import { formatTime } from './format-time.ts';
import { renderLineChart } from './line-chart.ts';
import { countOf, plainText, wrapText } from './text.ts';

/** A strategy over sizes. */
interface Sweep {
  readonly name: string;
  readonly points: readonly SizeTimes[];
  readonly model: CostModel;
}

const indent = '  ';

/** What a page costs in each strategy that was measured at three sizes or more, where two cross, and a chart. */
export function renderSizes(
  cases: readonly MeasuredCase[],
  chalk: ChalkInstance,
  { width, color }: { readonly width: number; readonly color: boolean },
): string {
  const sweeps = sweepsOf(cases);
  if (sweeps.length === 0) return '';
  const models = sweeps.map(({ name, model }) => {
    const text = wrapText(`${name}: ${describeModel(model)}`, width, indent);
    return chalk.green(text.slice(0, name.length)) + text.slice(name.length);
  });
  const series = sweeps.map(({ name, points }) => ({
    name,
    points: points.map(({ pages, forks }) => ({ pages, time: median(forks) })),
  }));
  const meetings = crossingLines(sweeps).map((line) => wrapText(line, width, indent));
  return [
    renderLineChart(series, { width, height: 16, color }),
    models.join('\n'),
    ...(meetings.length > 0 ? [meetings.join('\n')] : []),
  ].join('\n\n');
}

/** Cases that differ in their size only, in groups of enough sizes. */
function sweepsOf(cases: readonly MeasuredCase[]): Sweep[] {
  const groups = new Map<string, MeasuredCase[]>();
  for (const each of cases) {
    const name = each.id.replace(/\/pages=\d+/, '');
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  return [...groups].flatMap(([name, group]): Sweep[] => {
    const points = group.flatMap(({ pages, forks }): SizeTimes[] => {
      const medians = forks
        .map(({ samples }) => samples)
        .filter(({ length }) => length > 0)
        .map(median);
      return pages === null || medians.length === 0 ? [] : [{ pages, forks: medians }];
    });
    if (points.length < leastSizes) return [];
    return [{ name: plainText(name), points, model: fitCostModel(points) }];
  });
}

/** A model in words, as `2.400 µs + 250.0 ns a page; R² 0.9990, at most 3.1 % off (at 16 pages)`. */
export function describeModel(model: CostModel): string {
  const { r2, worstMiss } = model;
  const lines =
    model.kind === 'line'
      ? describeLine(model.line)
      : `up to ${countOf(model.knee.after, 'page')} ${describeLine(model.below)}; from ${model.knee.before} on ${describeLine(model.above)}`;
  const fit = r2 === undefined ? '' : `R² ${r2.toFixed(4)}, `;
  return `${lines}; ${fit}at most ${formatPercent(worstMiss.share)} off (at ${countOf(worstMiss.pages, 'page')})`;
}

function describeLine({ fixed, perPage }: Line): string {
  const sign = perPage.point < 0 ? '-' : '+';
  const { low, high } = perPage;
  return `${signed(fixed.point)} ${sign} ${formatTime(Math.abs(perPage.point))} a page [${signed(low)} ${signed(high)}]`;
}

const signed = (time: number) => `${time < 0 ? '-' : ''}${formatTime(Math.abs(time))}`;

/** Whether two models differ at a size by more than what they are off at their worst. */
function isClear(a: CostModel, b: CostModel, pages: number): boolean {
  const [one, other] = [timeAt(a, pages), timeAt(b, pages)];
  return Math.abs(one / other - 1) > a.worstMiss.share + b.worstMiss.share;
}

/** Where each two strategies cost the same, if they clearly differ at both ends. */
function crossingLines(sweeps: readonly Sweep[]): string[] {
  return sweeps.flatMap((a, index) =>
    sweeps.slice(index + 1).flatMap((b) => {
      const sizes = a.points
        .map(({ pages }) => pages)
        .filter((pages) => b.points.some((each) => each.pages === pages));
      const [from, to] = [Math.min(...sizes), Math.max(...sizes)];
      if (sizes.length < 2 || !isClear(a.model, b.model, from) || !isClear(a.model, b.model, to)) return [];
      return crossings(a.model, b.model, from, to).map(({ pages, fasterBelow }) => {
        const [below, above] = fasterBelow === 'a' ? [a, b] : [b, a];
        return `${below.name} is faster up to about ${countOf(Math.floor(pages), 'page')}, ${above.name} beyond`;
      });
    }),
  );
}
