import type { NamedDocument } from '../comparison/matrix.ts';
import type { MeasuredCase, ResultDocument } from '../results/document.ts';
import { type Box, boxOf } from '../statistics/box.ts';
import { type BoxRow, renderBoxPlot } from './box-plot.ts';
import { caseLabels } from './case-labels.ts';
import type { RenderOptions } from './table.ts';
import { plainText, wrapText } from './text.ts';

/** A box a case, over the samples of all its forks. Empty if nothing was measured. */
export function renderPlot(cases: readonly MeasuredCase[], options: RenderOptions): string {
  const labels = caseLabels(cases.map(({ id }) => id));
  const rows = cases.map(
    (each, index): BoxRow => ({ labels: [labels[index] ?? ''], box: boxOfCase(each), series: 0 }),
  );
  return withRemark(rows, cases, options);
}

/**
 * The boxes of a case in several documents, one below the other; cases that were measured in one document only are left
 * out. Empty if there is none.
 */
export function renderComparedPlot(documents: readonly NamedDocument[], options: RenderOptions): string {
  const found = documents.flatMap(({ name, document }, series) =>
    measuredOf(document).map((each) => ({ name, series, each })),
  );
  const ids = [...new Set(found.map(({ each }) => each.id))];
  const groups = ids
    .map((id) => found.filter(({ each }) => each.id === id))
    .filter(({ length }) => length > 1);
  const labels = caseLabels(groups.flatMap(([first]) => first?.each.id ?? []));
  const rows = groups.flatMap((group, index) =>
    group.map(
      ({ name, series, each }): BoxRow => ({
        labels: [labels[index] ?? '', name],
        box: boxOfCase(each),
        series,
      }),
    ),
  );
  return withRemark(
    rows,
    groups.flat().map(({ each }) => each),
    options,
  );
}

function measuredOf({ cases }: ResultDocument): MeasuredCase[] {
  return cases.filter((each) => each.status === 'measured');
}

const samplesOf = ({ forks }: MeasuredCase) => forks.flatMap(({ samples }) => samples);

/** A case of which there are no samples is drawn as its estimate. */
function boxOfCase(measured: MeasuredCase): Box {
  const samples = samplesOf(measured);
  return boxOf(samples.length > 0 ? samples : [measured.estimate.point]);
}

function withRemark(rows: readonly BoxRow[], cases: readonly MeasuredCase[], options: RenderOptions): string {
  const bare = new Set(cases.filter((each) => samplesOf(each).length === 0).map(({ id }) => plainText(id)));
  const plot = renderBoxPlot(rows, options);
  if (bare.size === 0) return plot;
  return `${plot}\n${wrapText(`no samples, so the estimate alone: ${[...bare].join(', ')}`, options.width)}`;
}
