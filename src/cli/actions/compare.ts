import { basename } from 'node:path';
import { differencesBetween } from '../../comparison/differences.ts';
import {
  type CaseComparison,
  compareDocuments,
  type DocumentComparison,
  isRegression,
} from '../../comparison/documents.ts';
import { compareMany, type NamedDocument } from '../../comparison/matrix.ts';
import { plainText } from '../../format/text.ts';
import { renderComparison, renderMatrix, sentencesOfLeft } from '../../report/terminal/comparison.ts';
import type { RenderOptions } from '../../report/terminal/light-table.ts';
import { renderComparedPlot } from '../../report/terminal/plots.ts';
import { documentPath } from '../../results/baselines.ts';
import type { ResultDocument } from '../../results/document.ts';
import { loadDocument } from '../../results/file.ts';
import { RequestError } from '../../system/errors.ts';
import { exitStatusOf } from '../exit.ts';
import { noReference } from '../options.ts';
import { printReport } from '../terminal.ts';

/** The options that all comparisons take. */
export interface CompareArguments {
  /** As a fraction. */
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
  if (old === undefined || now === undefined) throw new RequestError('compare needs two documents');
  return others.length === 0 ? compareTwo(old.document, now.document, given) : compareTable(documents, given);
}

function compareTwo(old: ResultDocument, now: ResultDocument, given: CompareArguments): number {
  refuseIfStrict(differencesBetween(old, now), given);
  warnOfDifferences(old, now);
  const comparison = compareAsAsked(old, now, given);
  printComparison(oldAndNew(old, now), given, comparison.cases.map(summary), (terminal) =>
    renderComparison(comparison, terminal),
  );
  return exitStatusOf({ gateFails: failsOn(comparison, given) });
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
  for (const { name, document } of others) {
    if (first === undefined) continue;
    refuseIfStrict(differencesBetween(first.document, document), given, `${name}: `);
    warnOfDifferences(first.document, document, `${name}: `);
  }
  const { threshold } = given;
  const named = shortNames(documents);
  const { comparisons, ...matrix } = compareMany(named, threshold === undefined ? {} : { threshold });
  for (const { name, comparison } of comparisons)
    for (const text of sentencesOfLeft(comparison.left))
      console.error(`mapbench: ${plainText(name)}: ${text}`);
  printComparison(named, given, matrix, (terminal) => renderMatrix(matrix, terminal));
  // Each says what it finds.
  const failing = comparisons.filter(({ name, comparison }) => failsOn(comparison, given, `${name}: `));
  return exitStatusOf({ gateFails: failing.length > 0 });
}

/** Files by their names without folder and ending, where that distinguishes them. */
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

/** Compares two documents with the options of a command. */
export function compareAsAsked(
  old: ResultDocument,
  now: ResultDocument,
  { threshold, relativeTo }: Pick<CompareArguments, 'threshold' | 'relativeTo'>,
): DocumentComparison {
  return compareDocuments(old, now, {
    ...(threshold !== undefined && { threshold }),
    ...(relativeTo !== noReference && { relativeTo }),
  });
}

/** Names on standard error how two documents differ in what shapes their figures. */
export function warnOfDifferences(old: ResultDocument, now: ResultDocument, prefix = ''): void {
  for (const difference of differencesBetween(old, now))
    console.error(`mapbench: ${prefix}the documents differ in ${difference}`);
}

/** Refuses documents that differ, where that was asked for. Throws a RequestError. */
export function refuseIfStrict(
  differences: readonly string[],
  { strict }: Pick<CompareArguments, 'strict'>,
  prefix = '',
): void {
  if (strict && differences.length > 0)
    throw new RequestError(`--strict: ${prefix}the documents differ in ${differences.join('; ')}`);
}

/**
 * Whether a comparison fails where a regression was to: by one, by a case that fails now and was measured
 * before, by having nothing to compare, and with --strict by any case that could not be compared. Says on
 * standard error which.
 */
export function failsOn(
  { cases, left, broken }: DocumentComparison,
  { failOn, strict }: Pick<CompareArguments, 'failOn' | 'strict'>,
  prefix = '',
): boolean {
  if (failOn === undefined) return false;
  const problems = [
    ...(cases.length === 0 ? ['no case could be compared'] : []),
    ...broken.map((id) => `${id} failed, and was measured before`),
    ...(strict && left.length > 0 ? [`--strict: ${left.length} cases could not be compared`] : []),
  ];
  for (const problem of problems)
    console.error(`mapbench: ${plainText(`${prefix}--fail-on ${failOn}: ${problem}`)}`);
  return problems.length > 0 || cases.some(isRegression);
}

function summary(comparison: CaseComparison) {
  const { id, change, verdict, threshold, minimumDetectable, relative } = comparison;
  return { id, change, verdict, threshold, minimumDetectable, relative };
}
