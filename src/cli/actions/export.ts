import { documentPath } from '../../results/baselines.ts';
import { findExporter, writeExport } from '../../results/export/exporters.ts';
import { loadDocument } from '../../results/file.ts';
import { RequestError } from '../../system/errors.ts';
import type { ExportTarget } from '../options.ts';

/** Writes a saved document in another format. */
export function exportDocument(given: string, { format, file }: ExportTarget): void {
  const document = loadDocument(documentPath(given));
  const exporter = findExporter(format);
  if (exporter === undefined) throw new RequestError(`no format is named ${format}`);
  if (writeExport(exporter, document, file).length === 0) {
    throw new RequestError(`${format} can say nothing of ${given}; nothing was written`);
  }
}
