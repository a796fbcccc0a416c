import { cheapestWords, costNames, formatRatioInterval } from '../../format/numbers.ts';
import { costUnitOf, type MeasuredCase, type ResultDocument } from '../document.ts';
import { type Standing, standings } from '../ratios.ts';
import { faultsOf, formatConfidence, formatInterval, measuredCases, oneLine } from './common.ts';
import type { Exporter, GateOutcome } from './exporter.ts';

/** A table of GitHub Flavored Markdown. Cells are markdown already. */
export function markdownTable(
  head: readonly string[],
  aligns: readonly ('left' | 'right')[],
  rows: readonly (readonly string[])[],
): string {
  const delimiters = aligns.map((align) => (align === 'right' ? '---:' : '---'));
  return [head, delimiters, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Text that shows as it is, in one table cell: nothing in it is markup, and pipes do not end the cell. */
export function escapeMarkdown(text: string): string {
  return (
    oneLine(text)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replace(/[\\|`*[\]~]/g, '\\$&')
      // Between letters, as in reuse_lock, an underscore is no markup.
      .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
  );
}

/**
 * A table in GitHub Flavored Markdown (https://github.github.com/gfm, section 4.10), and what it cannot show.
 */
export const markdown: Exporter = {
  name: 'markdown',
  summary: 'a table for issues, pull requests and READMEs',
  kind: 'file',
  export: (document, gates = []) => [{ path: '', text: markdownOf(document, gates) }],
};

/**
 * Paragraphs: the table, the cases that were not measured and why, the gates, and what it was measured on.
 */
export function markdownOf(document: ResultDocument, gates: readonly GateOutcome[]): string {
  const cases = measuredCases(document);
  const paragraphs = [
    ...(cases.length === 0 ? [] : [resultsTable(cases)]),
    ...reasonsList(document),
    ...(gates.length === 0 ? [] : [gatesTable(gates)]),
    ...(document.interrupted ? ['The run was interrupted.'] : []),
    factsOf(document),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

function resultsTable(cases: readonly MeasuredCase[]): string {
  const columns = [
    'case',
    `${costNames[costUnitOf(cases)]}/iteration [low estimate high]`,
    'relative',
    'faults/iteration',
    'W^X',
  ];
  const all = standings(cases);
  const rows = cases.map((each, index) => [
    escapeMarkdown(each.id),
    formatInterval(each.estimate),
    relativeText(all[index] as Standing, each),
    faultsOf(each)?.toFixed(2) ?? '?',
    each.wx,
  ]);
  return markdownTable(columns, ['left', 'right', 'right', 'right', 'left'], rows);
}

function relativeText({ cheapest, ratio, isTied }: Standing, each: MeasuredCase): string {
  return each === cheapest && !isTied ? cheapestWords[each.estimate.unit] : formatRatioInterval(ratio);
}

function reasonsList({ cases }: ResultDocument): string[] {
  const reasons = cases.flatMap((each) =>
    each.status === 'measured' ? [] : `- ${each.status}: ${escapeMarkdown(`${each.id}: ${each.reason}`)}`,
  );
  return reasons.length === 0 ? [] : [reasons.join('\n')];
}

function gatesTable(gates: readonly GateOutcome[]): string {
  const rows = gates.map(({ name, outcome, evidence }) => [
    escapeMarkdown(name),
    outcome === 'fails' ? '**fails**' : outcome,
    escapeMarkdown(evidence),
  ]);
  return markdownTable(['gate', 'outcome', 'evidence'], ['left', 'left', 'left'], rows);
}

function factsOf(document: ResultDocument): string {
  const { host, tool, createdAt } = document;
  const confidences = new Set(measuredCases(document).map(({ estimate }) => estimate.confidence));
  const [confidence] = confidences;
  const facts = [
    host.cpu,
    `Linux ${host.kernel}`,
    ...(host.virtualisation === null ? [] : [`virtualised (${host.virtualisation})`]),
    `${tool.name ?? 'mapbench'} ${tool.version}`,
    createdAt.slice(0, 10),
    ...(confidences.size === 1 && confidence !== null && confidence !== undefined
      ? [`${formatConfidence(confidence)} intervals`]
      : []),
  ];
  return `Measured on ${escapeMarkdown(facts.join(', '))}.`;
}
