import { differencesBetween } from '../../../comparison/differences.ts';
import { type CaseComparison, compareDocuments, isRegression } from '../../../comparison/documents.ts';
import { formatChange, formatCost, formatP, formatPercent } from '../../../format/numbers.ts';
import { linearTicks } from '../../../format/ticks.ts';
import type { Change } from '../../../statistics/change.ts';
import * as Plot from '../../../vendor/plot.ts';
import { caseLabels } from '../../facts.ts';
import { sentencesOfLeft, unitSentence, verdictSentence } from '../../terminal/comparison.ts';
import { draw, figure, type RowName, rowNames, type Size } from '../kit/draw.ts';
import { type Html, html, none } from '../kit/html.ts';
import type { SectionMaker } from '../kit/input.ts';
import { colors, type Kind, kindColor, symbolLegend } from '../kit/symbols.ts';
import { dataTable } from '../kit/table.ts';

/** A case's change as a row of a chart. */
interface ChangeRow extends RowName {
  readonly change: Change;
  /** As a fraction. */
  readonly threshold: number;
  /** What became of it, and how that is drawn. */
  readonly kind: Kind;
}

/** A change that the chart shows at most: beyond it marks stand at the edge. */
const maxShown = 3;

/** Changes with their intervals over the bands of what counts as noise, a row a case. */
function changesChart(rows: readonly ChangeRow[], size: Size): Html {
  const names = rowNames(rows, size);
  const ends = rows.flatMap(({ change, threshold }) => [change.low, change.high, threshold, -threshold]);
  const low = Math.max(-1, Math.min(...ends));
  const high = Math.min(maxShown, Math.max(...ends));
  const room = (high - low) * 0.04;
  const domain = [low - room, high + room] as const;
  const clamp = (fraction: number) => Math.min(domain[1], Math.max(domain[0], fraction));
  const ticks = linearTicks(...domain, size.isWide ? 9 : 4);
  const percent = (fraction: number) => `${fraction > 0 ? '+' : ''}${Number((fraction * 100).toFixed(2))} %`;
  const axis = { ticks, tickFormat: percent, tickSize: 0 };
  return draw({
    width: size.width,
    height: rows.length * 24 + 76,
    marginLeft: names.marginLeft,
    marginRight: size.isWide ? 84 : 18,
    marginTop: 30,
    marginBottom: 42,
    x: { domain: [...domain], label: 'change: what costs more to the right' },
    y: { type: 'band', domain: [...names.domain], padding: 0.3 },
    marks: [
      Plot.barX(rows, {
        y: 'key',
        x1: ({ threshold }) => clamp(-threshold),
        x2: ({ threshold }) => clamp(threshold),
        fill: colors.other,
        fillOpacity: 0.22,
        className: 'threshold',
      }),
      Plot.gridX({ ticks, stroke: colors.line, strokeOpacity: 1 }),
      Plot.ruleX([0], { stroke: colors.text }),
      Plot.axisX({ ...axis, anchor: 'top', label: null }),
      Plot.axisX({ ...axis, anchor: 'bottom', labelAnchor: 'center', labelArrow: 'none' }),
      Plot.axisY({ label: null, tickSize: 0, tickFormat: names.tickFormat }),
      Plot.link(rows, {
        x1: ({ change }) => clamp(change.low),
        x2: ({ change }) => clamp(change.high),
        y: 'key',
        stroke: ({ kind }) => kind.color,
        strokeWidth: 2,
      }),
      Plot.dot(rows, {
        x: ({ change }) => clamp(change.point),
        y: 'key',
        symbol: ({ kind }: ChangeRow) => kind.symbol,
        fill: ({ kind }) => kind.color,
        stroke: colors.back,
        strokeWidth: 1,
        r: 5,
        title: ({ name, change, kind }) =>
          `${name}: ${formatChange(change.point)} [${formatChange(change.low)} ${formatChange(change.high)}], ${kind.name}`,
        className: 'change',
      }),
      ...(size.isWide
        ? [
            Plot.text(rows, {
              y: 'key',
              frameAnchor: 'right',
              textAnchor: 'start',
              dx: 10,
              text: ({ change }) => formatChange(change.point),
              fontVariant: 'tabular-nums',
            }),
          ]
        : []),
    ],
    color: { type: 'identity' },
  });
}

/** What may be said of a change, how it is drawn, and the class that colours the words. */
const outcomes = {
  regressed: { name: 'slower', color: kindColor(1), symbol: 'triangle', style: 'bad' },
  alike: { name: 'slower, as is the reference', color: kindColor(4), symbol: 'diamond', style: 'unsure' },
  improved: { name: 'faster', color: kindColor(2), symbol: 'square', style: 'good' },
  unchanged: { name: 'unchanged', color: colors.other, symbol: 'circle', style: 'unsure' },
  inconclusive: { name: 'inconclusive', color: kindColor(3), symbol: 'cross', style: 'unsure' },
} as const satisfies Record<string, Kind & { readonly style: string }>;

/** Two documents case by case, as `mapbench compare` sees them. */
export const comparison: SectionMaker = ({ documents, compare }) => {
  const [old, now, ...others] = documents;
  if (now === undefined || others.length > 0) return undefined;
  const { cases, left, ...unit } = compareDocuments([old.document], [now.document], compare);
  const id = 'comparison';
  const labels = caseLabels(cases.map((each) => each.id));
  const rows = cases.map((each, index) => {
    const kind = outcomeOf(each);
    const { id: key, change, threshold } = each;
    return { key, name: labels[index] ?? key, change, threshold, kind };
  });
  // Samples of 0 leave changes without a number, which have no place on an axis.
  const shown = rows.filter(({ change }) => Number.isFinite(change.low) && Number.isFinite(change.high));
  const kinds = [...new Set(shown.map(({ kind }) => kind))];
  const label = `Change of each case from ${old.name} to ${now.name}, with its confidence interval`;
  const chart =
    rows.length === 0
      ? html`<p>The documents share no case that can be compared.</p>`
      : html`${symbolLegend(kinds)}${figure({ section: id, label }, (size) => changesChart(shown, size))}${tableOf(cases, labels)}`;
  return {
    id,
    title: 'Comparison',
    how: `The change of each case from ${old.name} to ${now.name} with its confidence interval; within the grey band it counts as noise. MDE, the minimum detectable effect, is the smallest slowdown that would have been found.`,
    body: html`${notes(differencesBetween([old.document], [now.document]).map((each) => `The documents differ in ${each}`))}${chart}${notes([...sentencesOfLeft(left), unitSentence(unit)])}`,
  };
};

function outcomeOf(each: CaseComparison) {
  if (each.verdict === 'regressed' && !isRegression(each)) return outcomes.alike;
  return outcomes[each.verdict];
}

/** A list of sentences. */
export function notes(sentences: readonly string[]): Html {
  if (sentences.length === 0) return none;
  return html`<ul class="remarks">${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}

function tableOf(cases: readonly CaseComparison[], labels: readonly string[]): Html {
  return dataTable(
    [
      { head: 'case', align: 'left', cells: labels },
      {
        head: 'before',
        align: 'right',
        cells: cases.map(({ old }) => formatCost(old.estimate.point, old.estimate.unit)),
        values: cases.map(({ old }) => old.estimate.point),
      },
      {
        head: 'now',
        align: 'right',
        cells: cases.map(({ now }) => formatCost(now.estimate.point, now.estimate.unit)),
        values: cases.map(({ now }) => now.estimate.point),
      },
      {
        head: 'change',
        align: 'right',
        cells: cases.map(changeCell),
        values: cases.map(({ change }) => change.point),
      },
      {
        head: 'by chance',
        align: 'right',
        cells: cases.map(({ change }) => formatP(change.p)),
        values: cases.map(({ change }) => change.p),
      },
      {
        head: 'threshold',
        align: 'right',
        cells: cases.map(({ threshold }) => formatPercent(threshold)),
        values: cases.map(({ threshold }) => threshold),
      },
      {
        head: 'MDE',
        align: 'right',
        cells: cases.map(({ minimumDetectable }) => formatPercent(minimumDetectable)),
        values: cases.map(({ minimumDetectable }) => minimumDetectable),
      },
      { head: 'verdict', align: 'left', cells: cases.map(verdictCell) },
    ],
    { caption: 'Cases compared', isSortable: true },
  );
}

function changeCell({ change: { low, point, high } }: CaseComparison): Html {
  return html`<strong>${formatChange(point)}</strong> <span class="dim">[${formatChange(low)} ${formatChange(high)}]</span>`;
}

function verdictCell(each: CaseComparison): Html {
  const { name, style } = outcomeOf(each);
  return html`<span class="${style}" title="${verdictSentence(each)}">${name}</span>`;
}
