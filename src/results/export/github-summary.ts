import type { CaseResult, ResultDocument } from '../document.ts';
import type { Exporter, GateOutcome } from './exporter.ts';
import { markdownOf } from './markdown.ts';
import { countOf } from './text.ts';

/**
 * Markdown under a heading for the summary of a GitHub Actions job, added to what the step has written already:
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
