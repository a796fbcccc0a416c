import { basename } from 'node:path';
import { differencesBetween } from '../comparison/differences.ts';
import {
  type CaseComparison,
  compareDocuments,
  type DocumentComparison,
  isRegression,
} from '../comparison/documents.ts';
import { compareMany, type NamedDocument } from '../comparison/matrix.ts';
import { renderComparison } from '../report/comparison.ts';
import { renderMatrix } from '../report/matrix.ts';
import type { RenderOptions } from '../report/table.ts';
import { documentPath } from '../results/baselines.ts';
import type { ResultDocument } from '../results/document.ts';
import { loadDocument } from '../results/file.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { noReference } from './relative-to.ts';
import { terminalOf } from './terminal.ts';

/** The options that all comparisons take. */
export interface CompareArguments {
  /** As a share. */
  readonly threshold?: number;
  readonly failOn?: 'regression';
  readonly strict?: boolean;
  /** A strategy, or `none`. */
  readonly relativeTo: string;
  readonly format: 'table' | 'json';
  readonly color: boolean;
}

/** Compares files or baselines, prints, and returns the exit status. */
export function compare(names: readonly string[], given: CompareArguments): number {
  const documents = names.map((name) => ({ name, document: loadDocument(documentPath(name)) }));
  const [old, now, ...others] = documents;
  if (old === undefined || now === undefined) throw new UsageError('compare needs two documents');
  return others.length === 0 ? compareTwo(old.document, now.document, given) : compareTable(documents, given);
}

function compareTwo(old: ResultDocument, now: ResultDocument, given: CompareArguments): number {
  const comparison = compareAndSayWhatDiffers(old, now, given);
  print(given, comparison.cases.map(summary), (terminal) => renderComparison(comparison, terminal));
  return exitCodeOfComparison(comparison, given);
}

function compareTable(documents: readonly NamedDocument[], given: CompareArguments): number {
  const [first, ...others] = documents;
  for (const { name, document } of others)
    if (first) sayWhatDiffers(first.document, document, given, `${name}: `);
  const { threshold, failOn } = given;
  const matrix = compareMany(shortNames(documents), threshold === undefined ? {} : { threshold });
  print(given, matrix, (terminal) => renderMatrix(matrix, terminal));
  const hasRegressed = matrix.rows.some(({ cells }) => cells.some(({ verdict }) => verdict === 'regressed'));
  return failOn === 'regression' && hasRegressed ? exitCodes.regressed : exitCodes.measured;
}

/** Files by their names without folder and ending, where that tells them apart. */
function shortNames(documents: readonly NamedDocument[]): NamedDocument[] {
  const short = documents.map(({ name }) => basename(name, '.json'));
  return documents.map((each, index) =>
    new Set(short).size === short.length ? { ...each, name: short[index] ?? each.name } : each,
  );
}

function print(
  { format, color }: CompareArguments,
  data: unknown,
  render: (terminal: RenderOptions) => string,
) {
  const text = format === 'json' ? JSON.stringify(data, null, 2) : render(terminalOf(process.stdout, color));
  process.stdout.write(`${text}\n`);
}

/** Compares; names on standard error how the documents differ, or refuses them with --strict. */
export function compareAndSayWhatDiffers(
  old: ResultDocument,
  now: ResultDocument,
  given: Pick<CompareArguments, 'threshold' | 'strict' | 'relativeTo'>,
): DocumentComparison {
  sayWhatDiffers(old, now, given);
  const { threshold, relativeTo } = given;
  return compareDocuments(old, now, {
    ...(threshold !== undefined && { threshold }),
    ...(relativeTo !== noReference && { relativeTo }),
  });
}

function sayWhatDiffers(
  old: ResultDocument,
  now: ResultDocument,
  { strict }: Pick<CompareArguments, 'strict'>,
  prefix = '',
): void {
  const differences = differencesBetween(old, now);
  if (strict && differences.length > 0) {
    throw new UsageError(`--strict: ${prefix}the documents differ in ${differences.join('; ')}`);
  }
  for (const difference of differences) {
    console.error(`mapbench: ${prefix}the documents differ in ${difference}`);
  }
}

export function exitCodeOfComparison(
  { cases }: DocumentComparison,
  { failOn }: Pick<CompareArguments, 'failOn'>,
): number {
  const hasRegressed = cases.some(isRegression);
  return failOn === 'regression' && hasRegressed ? exitCodes.regressed : exitCodes.measured;
}

function summary(comparison: CaseComparison) {
  const { id, change, verdict, threshold, smallestVisible, relative } = comparison;
  return { id, change, verdict, threshold, smallestVisible, relative };
}
