import { differencesBetween } from '../comparison/differences.ts';
import { compareDocuments, type DocumentComparison } from '../comparison/documents.ts';
import { renderComparison } from '../report/comparison.ts';
import { documentPath } from '../results/baselines.ts';
import type { ResultDocument } from '../results/document.ts';
import { loadDocument } from '../results/file.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { terminalOf } from './terminal.ts';

/** The options that all comparisons take. */
export interface CompareArguments {
  /** As a share. */
  readonly threshold?: number;
  readonly failOn?: 'regression';
  readonly strict?: boolean;
  readonly format: 'table' | 'json';
  readonly color: boolean;
}

/** Compares two files or baselines, prints, and returns the exit status. */
export function compare(old: string, now: string, given: CompareArguments): number {
  const documents = [old, now].map((each) => loadDocument(documentPath(each))) as [
    ResultDocument,
    ResultDocument,
  ];
  const comparison = compareAndSayWhatDiffers(...documents, given);
  const text =
    given.format === 'json'
      ? JSON.stringify(comparison.cases.map(summary), null, 2)
      : renderComparison(comparison, terminalOf(process.stdout, given.color));
  process.stdout.write(`${text}\n`);
  return exitCodeOfComparison(comparison, given);
}

/** Compares; names on standard error how the documents differ, or refuses them with --strict. */
export function compareAndSayWhatDiffers(
  old: ResultDocument,
  now: ResultDocument,
  { threshold, strict }: Pick<CompareArguments, 'threshold' | 'strict'>,
): DocumentComparison {
  const differences = differencesBetween(old, now);
  if (strict && differences.length > 0) {
    throw new UsageError(`--strict: the documents differ in ${differences.join('; ')}`);
  }
  for (const difference of differences) console.error(`mapbench: the documents differ in ${difference}`);
  return compareDocuments(old, now, threshold === undefined ? {} : { threshold });
}

export function exitCodeOfComparison(
  { cases }: DocumentComparison,
  { failOn }: Pick<CompareArguments, 'failOn'>,
): number {
  const hasRegressed = cases.some(({ verdict }) => verdict === 'regressed');
  return failOn === 'regression' && hasRegressed ? exitCodes.regressed : exitCodes.measured;
}

function summary({ id, change, verdict, threshold, smallestVisible }: DocumentComparison['cases'][number]) {
  return { id, change, verdict, threshold, smallestVisible };
}
