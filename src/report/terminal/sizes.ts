import type { ChalkInstance } from 'chalk';
import { crossingsOf, describeCrossing, sweepsOf } from '../../comparison/sweeps.ts';
import { type CostUnit, formatCost, formatPercent } from '../../format/numbers.ts';
import { countOf, wrapText } from '../../format/text.ts';
import { costUnitOf, type MeasuredCase } from '../../results/document.ts';
import type { CostModel, Line } from '../../statistics/cost-model.ts';
import { median } from '../../statistics/descriptive.ts';
import { renderLineChart } from './line-chart.ts';

const indent = '  ';

/**
 * What a page costs in each strategy that was measured at three sizes or more, where two cross, and a chart.
 */
export function renderSizes(
  cases: readonly MeasuredCase[],
  chalk: ChalkInstance,
  { width, color }: { readonly width: number; readonly color: boolean },
): string {
  const sweeps = sweepsOf(cases);
  if (sweeps.length === 0) return '';
  const unit = costUnitOf(cases);
  const models = sweeps.map(({ name, model }) => {
    const text = wrapText(`${name}: ${describeModel(model, unit)}`, width, indent);
    return chalk.green(text.slice(0, name.length)) + text.slice(name.length);
  });
  const series = sweeps.map(({ name, points }) => ({
    name,
    points: points.map(({ pages, forks }) => ({ pages, time: median(forks) })),
  }));
  const meetings = crossingsOf(sweeps).map((crossing) =>
    wrapText(describeCrossing(crossing, unit), width, indent),
  );
  return [
    renderLineChart(series, { width, height: 16, color, unit }),
    models.join('\n'),
    ...(meetings.length > 0 ? [meetings.join('\n')] : []),
  ].join('\n\n');
}

/** A model in words, as `2.400 µs + 250.0 ns a page; R² 0.9990, at most 3.1 % off (at 16 pages)`. */
export function describeModel(model: CostModel, unit: CostUnit): string {
  const { r2, worstMiss } = model;
  const lines =
    model.kind === 'line'
      ? describeLine(model.line, unit)
      : `up to ${countOf(model.knee.after, 'page')} ${describeLine(model.below, unit)}; from ${model.knee.before} on ${describeLine(model.above, unit)}`;
  const fit = r2 === undefined ? '' : `R² ${r2.toFixed(4)}, `;
  return `${lines}; ${fit}at most ${formatPercent(worstMiss.fraction)} off (at ${countOf(worstMiss.pages, 'page')})`;
}

function describeLine({ fixed, perPage }: Line, unit: CostUnit): string {
  const signed = (cost: number) => `${cost < 0 ? '-' : ''}${formatCost(Math.abs(cost), unit)}`;
  const sign = perPage.point < 0 ? '-' : '+';
  const { low, high } = perPage;
  return `${signed(fixed.point)} ${sign} ${formatCost(Math.abs(perPage.point), unit)} a page [${signed(low)} ${signed(high)}]`;
}
