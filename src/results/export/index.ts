import { bencher } from './bencher.ts';
import { benchstat } from './benchstat.ts';
import { criterion } from './criterion.ts';
import { csv } from './csv.ts';
import type { Exporter } from './exporter.ts';
import { githubActionBenchmark } from './github-action-benchmark.ts';
import { githubSummary } from './github-summary.ts';
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
