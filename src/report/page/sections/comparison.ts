import { differencesBetween } from '../../../comparison/differences.ts';
import { type CaseComparison, compareDocuments, isRegression } from '../../../comparison/documents.ts';
import { caseLabels } from '../../case-labels.ts';
import { sentencesOfLeft } from '../../comparison.ts';
import { formatChange, formatP, formatPercent } from '../../format-percent.ts';
import { formatTime } from '../../format-time.ts';
import { changesChart } from '../charts/changes.ts';
import { type Kind, symbolLegend } from '../charts/symbols.ts';
import { figure } from '../figure.ts';
import { type Html, html, none } from '../html.ts';
import { colors, kindColor } from '../palette.ts';
import type { SectionMaker } from '../section.ts';
import { dataTable } from '../table.ts';

/** What may be said of a change, how it is drawn, and the class that colours the words. */
const outcomes = {
  regressed: { name: 'slower', color: kindColor(1), symbol: 'triangle', style: 'bad' },
  alike: { name: 'slower, as is the reference', color: kindColor(4), symbol: 'diamond', style: 'unsure' },
  improved: { name: 'faster', color: kindColor(2), symbol: 'square', style: 'good' },
  noise: { name: 'within the threshold', color: colors.other, symbol: 'circle', style: 'unsure' },
  none: { name: 'no change found', color: colors.other, symbol: 'circle', style: 'unsure' },
} as const satisfies Record<string, Kind & { readonly style: string }>;

/** Two documents case by case, as `mapbench compare` sees them. */
export const comparison: SectionMaker = ({ documents, compare }) => {
  const [old, now, ...others] = documents;
  if (now === undefined || others.length > 0) return undefined;
  const { cases, left } = compareDocuments(old.document, now.document, compare);
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
    how: `The change of each case from ${old.name} to ${now.name} with its confidence interval; within the grey band it counts as noise, and from what the table says it could see on, a slowdown would have been found.`,
    body: html`${notes(differencesBetween(old.document, now.document).map((each) => `The documents differ in ${each}`))}${chart}${notes(sentencesOfLeft(left))}`,
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
        cells: cases.map(({ old }) => formatTime(old.estimate.point)),
        values: cases.map(({ old }) => old.estimate.point),
      },
      {
        head: 'now',
        align: 'right',
        cells: cases.map(({ now }) => formatTime(now.estimate.point)),
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
        head: 'could see',
        align: 'right',
        cells: cases.map(({ smallestVisible }) => formatPercent(smallestVisible)),
        values: cases.map(({ smallestVisible }) => smallestVisible),
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
  return html`<span class="${style}">${name}</span>`;
}
