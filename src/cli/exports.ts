import type { GateResult } from '../gates/evaluate.ts';
import type { ResultDocument } from '../results/document.ts';
import type { Exporter, GateOutcome } from '../results/export/exporter.ts';
import { findExporter, writeExport } from '../results/export/exporters.ts';
import { RequestError } from '../system/errors.ts';
import type { ExportTarget } from './options.ts';
import { checkOutputBelow, checkOutputWithFolders, Outputs } from './output.ts';

/** Refuses exports that could not be written. Throws a RequestError. */
export function checkExports(targets: readonly ExportTarget[]): void {
  for (const { format, file } of targets)
    if (exporterOf(format).kind === 'directory') checkOutputBelow(file);
    else checkOutputWithFolders(file);
}

/**
 * Writes the exports that were asked for, and the step summary where GitHub Actions has a file for it: of
 * that one, which nobody asked for, a failure is only said.
 */
export function writeExports(
  document: ResultDocument,
  targets: readonly ExportTarget[],
  outputs: Outputs,
  results: readonly GateResult[] = [],
): void {
  const gates: GateOutcome[] = results.map(({ text, outcome, evidence }) => ({
    name: text,
    outcome,
    evidence,
  }));
  const write = ({ format, file }: ExportTarget) => {
    if (writeExport(exporterOf(format), document, file, gates).length === 0)
      console.error(`mapbench: ${format} can say nothing of this document; nothing was written`);
  };
  for (const target of targets) outputs.write(() => write(target));
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (!summary) return;
  const unasked = new Outputs();
  unasked.write(() => write({ format: 'github-summary', file: summary }));
  unasked.reportProblems();
}

function exporterOf(format: string): Exporter {
  const exporter = findExporter(format);
  if (exporter === undefined) throw new RequestError(`no format is named ${format}`);
  return exporter;
}
