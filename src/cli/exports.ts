import type { GateResult } from '../gates/evaluate.ts';
import type { ResultDocument } from '../results/document.ts';
import type { GateOutcome } from '../results/export/exporter.ts';
import { findExporter } from '../results/export/index.ts';
import { writeExport } from '../results/export/write.ts';
import type { ExportTarget } from './arguments.ts';

/** Writes the exports that were asked for, and the step summary where GitHub Actions has a file for it. */
export function writeExports(
  document: ResultDocument,
  targets: readonly ExportTarget[],
  results: readonly GateResult[] = [],
): void {
  const gates: GateOutcome[] = results.map(({ text, outcome, evidence }) => ({
    name: text,
    outcome,
    evidence,
  }));
  const summary = process.env.GITHUB_STEP_SUMMARY;
  const all = summary ? [...targets, { format: 'github-summary', file: summary }] : targets;
  for (const { format, file } of all) {
    const exporter = findExporter(format);
    if (exporter === undefined) throw new RangeError(`no exporter is named ${format}`);
    const written = writeExport(exporter, document, file, gates);
    if (written.length === 0)
      console.error(`mapbench: ${format} can say nothing of this document; nothing was written`);
  }
}
