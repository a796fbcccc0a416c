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
import { renderComparedPlot } from '../report/plots.ts';
import type { RenderOptions } from '../report/table.ts';
import { documentPath } from '../results/baselines.ts';
import type { ResultDocument } from '../results/document.ts';
import { loadDocument } from '../results/file.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { printReport } from './print.ts';
import { noReference } from './relative-to.ts';

/** The options that all comparisons take. */
export interface CompareArguments {
  /** As a share. */
  readonly threshold?: number;
  readonly failOn?: 'regression';
  readonly strict?: boolean;
  /** A strategy, or `none`. */
  readonly relativeTo: string;
  readonly plot?: boolean;
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
  printComparison(oldAndNew(old, now), given, comparison.cases.map(summary), (terminal) =>
    renderComparison(comparison, terminal),
  );
  return exitCodeOfComparison(comparison, given);
}

/** Two documents as a reader of a comparison knows them. */
export function oldAndNew(old: ResultDocument, now: ResultDocument): NamedDocument[] {
  return [
    { name: 'old', document: old },
    { name: 'new', document: now },
  ];
}

function compareTable(documents: readonly NamedDocument[], given: CompareArguments): number {
  const [first, ...others] = documents;
  for (const { name, document } of others)
    if (first) sayWhatDiffers(first.document, document, given, `${name}: `);
  const { threshold, failOn } = given;
  const named = shortNames(documents);
  const matrix = compareMany(named, threshold === undefined ? {} : { threshold });
  printComparison(named, given, matrix, (terminal) => renderMatrix(matrix, terminal));
  const hasRegressed = matrix.rows.some(({ cells }) => cells.some(({ verdict }) => verdict === 'regressed'));
  return failOn === 'regression' && hasRegressed ? exitCodes.regressed : exitCodes.measured;
}

/** Files by their names without folder and ending, where that tells them apart. */
export function shortNames(documents: readonly NamedDocument[]): NamedDocument[] {
  const short = documents.map(({ name }) => basename(name, '.json'));
  return documents.map((each, index) =>
    new Set(short).size === short.length ? { ...each, name: short[index] ?? each.name } : each,
  );
}

/** Prints a comparison as a table or as JSON, and where asked for a plot of its documents. */
export function printComparison(
  documents: readonly NamedDocument[],
  { format, color, plot = false }: CompareArguments,
  data: unknown,
  render: (terminal: RenderOptions) => string,
) {
  if (format === 'json') {
    process.stdout.write(`${JSON.stringify(data, null, 2)}\n`);
    return;
  }
  printReport(color, (terminal) => {
    const parts = [render(terminal), ...(plot ? [renderComparedPlot(documents, terminal)] : [])];
    return parts.filter((part) => part !== '').join('\n\n');
  });
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
