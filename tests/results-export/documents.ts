import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { ResultDocument } from '../../src/results/document.ts';
import type { Exporter, GateOutcome } from '../../src/results/export/exporter.ts';
import { parseDocument } from '../../src/results/parse.ts';
import { documentOf, measured, notMeasured } from '../results/sample-document.ts';

/** Two forks each: of memfd with the samples 80 and 125, and 100. */
export const mixed: ResultDocument = documentOf([
  measured('memfd', [80, 100, 125], { wx: 'dual' }),
  measured('reuse_lock', [3100, 3412.4, 3598], {
    counters: { minorFaultsPerIteration: 4, majorFaultsPerIteration: 0 },
  }),
  notMeasured('hugetlb', 'unavailable', 'mmap: ENOMEM in step 1'),
  notMeasured('reuse', 'failed', 'killed by SIGSEGV'),
]);

/** Estimates alone: no forks, bounds, counters and page counts. */
export const article: ResultDocument = parseDocument(
  readFileSync(new URL('../../results/article-2022.json', import.meta.url), 'utf8'),
  'article-2022.json',
);

export const gates: readonly GateOutcome[] = [
  { name: 'memfd < reuse_lock', outcome: 'holds', evidence: '125.0 ns < 3.100 µs' },
  { name: 'memfd < 90 ns', outcome: 'undecided', evidence: '80.0-125.0 ns' },
  { name: 'faults(reuse_lock) == 0', outcome: 'fails', evidence: 'it is 4.00' },
];

/** The text of an exporter that makes one file. */
export function textOf(
  exporter: Exporter,
  document: ResultDocument,
  outcomes?: readonly GateOutcome[],
): string {
  const files = exporter.export(document, outcomes);
  assert.deepEqual(
    files.map(({ path }) => path),
    [''],
  );
  return files[0]?.text ?? '';
}

/**
 * A name that consumers of JSON take: Bencher limits its length, and serde refuses halves of surrogate pairs.
 */
export const benchmarkName = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u);
