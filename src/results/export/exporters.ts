import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ResultDocument } from '../document.ts';
import { doing, saveText } from '../file.ts';
import { bencher } from './bencher.ts';
import { benchstat } from './benchstat.ts';
import { criterion } from './criterion.ts';
import { csv } from './csv.ts';
import type { Exporter, GateOutcome } from './exporter.ts';
import { githubActionBenchmark, githubSummary } from './github.ts';
import { hyperfine } from './hyperfine.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';

/** Every format that results can be exported to. */
export const exporters: readonly Exporter[] = [
  json,
  csv,
  markdown,
  benchstat,
  bencher,
  githubActionBenchmark,
  hyperfine,
  criterion,
  junit,
  githubSummary,
];

/** The exporter of that name, or undefined. */
export function findExporter(name: string): Exporter | undefined {
  return exporters.find((exporter) => exporter.name === name);
}

/**
 * Writes a document to `path` in a format: each file whole or not at all, in folders that are made if they
 * are missing. Returns the files written; none, if the format can say nothing of the document. Throws a
 * `DocumentError`.
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
