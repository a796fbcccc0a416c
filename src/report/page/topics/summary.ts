import {
  cheapestWords,
  costNames,
  formatCost,
  formatCount,
  formatRatioInterval,
} from '../../../format/numbers.ts';
import { costUnitOf, type MeasuredCase } from '../../../results/document.ts';
import { type Standing, standings } from '../../../results/ratios.ts';
import { differingSettings, settings } from '../../facts.ts';
import { findingsOf, interruption, tieRemarks } from '../../terminal/remarks.ts';
import { writableCell } from '../../terminal/table.ts';
import { type Content, type Html, html, none } from '../kit/html.ts';
import type { PageInput, SectionMaker } from '../kit/input.ts';
import { dataTable, type TableColumn } from '../kit/table.ts';

/** Every case of the document: the figures, what makes them unsure, and what was not measured and why. */
export const summary: SectionMaker = (input) => {
  const cases = input.measured.map(({ result }) => result);
  const table =
    cases.length === 0
      ? none
      : dataTable(columnsOf(cases), { caption: 'Cases and what they cost', isSortable: true });
  return {
    id: 'summary',
    title: 'Summary',
    how: `The ${costNames[input.unit]} of an iteration: the median over child processes, its confidence interval in brackets; press a head to sort by its column.`,
    body: html`${table}${remarks(input)}${others(input)}`,
  };
};

function columnsOf(cases: readonly MeasuredCase[]): TableColumn[] {
  const all = standings(cases);
  const faults = cases.map(faultsOf);
  const fractions = cases.map(({ phases }) => phases?.writeWindow?.share);
  const hasPhases = cases.some(({ phases }) => phases !== undefined);
  return [
    { head: 'strategy', align: 'left', cells: cases.map(({ strategy }) => strategy) },
    ...settingColumns(cases),
    {
      head: `${costNames[costUnitOf(cases)]}/iteration`,
      align: 'right',
      cells: cases.map(timeCell),
      values: cases.map(({ estimate }) => estimate.point),
    },
    {
      head: 'relative',
      align: 'right',
      cells: cases.map((each, index) => ratioCell(all[index] as Standing, each)),
      values: all.map(({ ratio: { point } }) => (Number.isFinite(point) ? point : undefined)),
    },
    ...(faults.some((count) => count !== undefined)
      ? [
          {
            head: 'faults/iter',
            align: 'right' as const,
            cells: faults.map((count) => (count === undefined ? '?' : formatCount(count))),
            values: faults,
          },
        ]
      : []),
    { head: 'W^X', align: 'left', cells: cases.map(({ wx }) => wx) },
    ...(hasPhases
      ? [{ head: 'writable', align: 'left' as const, cells: cases.map(writableCell), values: fractions }]
      : []),
  ];
}

function settingColumns(cases: readonly MeasuredCase[]): TableColumn[] {
  return differingSettings(cases).map((name) => {
    const align = settings[name];
    const cells = cases.map((each) => String(each[name] ?? '?'));
    const values = cases.map((each) => Number(each[name] ?? Number.NaN));
    return { head: name, align, cells, ...(align === 'right' && { values }) };
  });
}

function ratioCell({ cheapest, ratio, isTied }: Standing, each: MeasuredCase): Content {
  if (each === cheapest && !isTied)
    return html`<span class="good">${cheapestWords[each.estimate.unit]}</span>`;
  return formatRatioInterval(ratio);
}

function timeCell({ estimate: { unit, low, point, high } }: MeasuredCase): Html {
  if (low === null || high === null) return html`<strong>${formatCost(point, unit)}</strong>`;
  return html`<strong>${formatCost(point, unit)}</strong> <span class="dim">[${formatCost(low, unit)} ${formatCost(high, unit)}]</span>`;
}

/** Minor and major page faults an iteration. */
function faultsOf({ counters }: MeasuredCase): number | undefined {
  return counters && counters.minorFaultsPerIteration + counters.majorFaultsPerIteration;
}

function remarks({ document, measured, nameOf }: PageInput): Html {
  const cases = measured.map(({ result }) => result);
  const findings = findingsOf(cases, nameOf).map(
    ({ subject, sentence }) => html`<li><strong>${subject}</strong>: ${sentence}</li>`,
  );
  const items = [
    ...tieRemarks(cases, nameOf).map((line) => html`<li>${line}</li>`),
    ...findings,
    ...(document.interrupted ? [html`<li>${interruption(document)}</li>`] : []),
  ];
  return items.length === 0 ? none : html`<h3>Remarks</h3><ul class="remarks">${items}</ul>`;
}

function others({ document, nameOf }: PageInput): Html {
  const left = document.cases.flatMap((each) => (each.status === 'measured' ? [] : [each]));
  if (left.length === 0) return none;
  const columns: TableColumn[] = [
    { head: 'case', align: 'left', cells: left.map(nameOf) },
    {
      head: 'status',
      align: 'left',
      cells: left.map(({ status }) =>
        status === 'failed'
          ? html`<span class="bad">failed</span>`
          : html`<span class="unsure">unavailable</span>`,
      ),
    },
    { head: 'reason', align: 'left', isLong: true, cells: left.map(({ reason }) => reason) },
  ];
  return html`<h3>Not measured</h3>${dataTable(columns, { caption: 'Cases that were not measured, and why' })}`;
}
