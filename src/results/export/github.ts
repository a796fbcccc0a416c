import type { CostUnit } from '../../format/numbers.ts';
import type { CaseResult, MeasuredCase, ResultDocument } from '../document.ts';
import { benchmarkNames, countOf, decimal, measuredCases, samplesOf } from './common.ts';
import type { Exporter, GateOutcome } from './exporter.ts';
import { jsonFile } from './json.ts';
import { markdownOf } from './markdown.ts';

/**
 * An entry of https://github.com/benchmark-action/github-action-benchmark with `tool: customSmallerIsBetter`.
 */
interface Entry {
  readonly name: string;
  /** Always the same, so that values of different runs can be compared as they are. */
  readonly unit: CostUnit;
  readonly value: number;
  /** Half the width of the interval. */
  readonly range?: string;
  /** Lines for the tooltip of the chart. */
  readonly extra?: string;
}

/**
 * github-action-benchmark's `customSmallerIsBetter`: it compares values by name, so names say nothing of the
 * run.
 */
export const githubActionBenchmark: Exporter = {
  name: 'github-action-benchmark',
  summary: 'github-action-benchmark, `tool: customSmallerIsBetter`',
  kind: 'file',
  export: (document) => [jsonFile(entriesOf(document))],
};

function entriesOf(document: ResultDocument): Entry[] {
  const cases = measuredCases(document);
  const names = benchmarkNames(cases);
  return cases.map((each, index) => entryOf(names[index] as string, each));
}

function entryOf(name: string, measured: MeasuredCase): Entry {
  const { unit, low, point, high, confidence } = measured.estimate;
  const hasInterval = low !== null && high !== null;
  const samples = samplesOf(measured).length;
  const extra = [
    ...(samples > 0 ? [`forks=${measured.forks.length}`, `samples=${samples}`] : []),
    ...(hasInterval ? [`${intervalName(confidence)}=[${decimal(low)},${decimal(high)}]`] : []),
  ];
  return {
    name,
    unit,
    value: decimal(point),
    // Its reader wants at least two characters after the sign.
    ...(hasInterval && { range: `± ${((high - low) / 2).toFixed(3)}` }),
    ...(extra.length > 0 && { extra: extra.join('\n') }),
  };
}

/** `ci95`. */
function intervalName(confidence: number | null): string {
  return confidence === null ? 'interval' : `ci${decimal(confidence * 100)}`;
}

/**
 * Markdown under a heading for the summary of a GitHub Actions job, added to what the step has written
 * already:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
 */
export const githubSummary: Exporter = {
  name: 'github-summary',
  summary: 'the summary of a GitHub Actions job, added to $GITHUB_STEP_SUMMARY',
  kind: 'append',
  // What is there already need not end its last line.
  export: (document, gates = []) => [
    { path: '', text: `\n## mapbench: ${headingOf(document, gates)}\n\n${markdownOf(document, gates)}` },
  ],
};

/** `7 cases measured, 1 unavailable, 1 gate fails`. */
function headingOf({ cases }: ResultDocument, gates: readonly GateOutcome[]): string {
  const having = (status: CaseResult['status']) => cases.filter((each) => each.status === status).length;
  const failing = gates.filter(({ outcome }) => outcome === 'fails').length;
  return [
    `${countOf(having('measured'), 'case')} measured`,
    ...(['unavailable', 'failed'] as const)
      .filter((status) => having(status) > 0)
      .map((status) => `${having(status)} ${status}`),
    ...(failing === 0 ? [] : [`${countOf(failing, 'gate')} ${failing === 1 ? 'fails' : 'fail'}`]),
  ].join(', ');
}
