import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ResultDocument } from '../document.ts';
import { doing, saveText } from '../file.ts';
import type { Exporter, GateOutcome } from './exporter.ts';

/**
 * Writes a document to `path` in a format: each file whole or not at all, in folders that are made if they are missing.
 * Returns the files written; none, if the format can say nothing of the document. Throws a `DocumentError`.
 */
export function writeExport(
  exporter: Exporter,
  document: ResultDocument,
  path: string,
  gates: readonly GateOutcome[] = [],
): string[] {
  return exporter.export(document, gates).map((file) => {
    const target = file.path === '' ? path : join(path, file.path);
    doing('write', target, () => mkdirSync(dirname(target), { recursive: true }));
    if (exporter.kind === 'append') doing('write', target, () => appendFileSync(target, file.text));
    else saveText(target, file.text);
    return target;
  });
}
