import { serializeDocument } from '../file.ts';
import type { ExportedFile, Exporter } from './exporter.ts';

/** The document itself, as `run --output` saves it. */
export const json: Exporter = {
  name: 'json',
  summary: "mapbench's own document, with everything that was measured",
  kind: 'file',
  export: (document) => [{ path: '', text: serializeDocument(document) }],
};

/** A file of indented JSON in a format of others. */
export function jsonFile(data: unknown, path = ''): ExportedFile {
  return { path, text: `${JSON.stringify(data, null, 2)}\n` };
}
