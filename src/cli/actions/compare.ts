import { basename } from 'node:path';
import { differencesBetween, factsThatDiffer, labelsThatDiffer } from '../../comparison/differences.ts';
import {
  type CaseComparison,
  compareDocuments,
  type DocumentComparison,
  isRegression,
} from '../../comparison/documents.ts';
import { compareMany, type MatrixOptions, type NamedDocument } from '../../comparison/matrix.ts';
import { mergedRuns } from '../../comparison/runs.ts';
import { isOpenTo } from '../../comparison/verdict.ts';
import { type Cause, causesOf } from '../../comparison/why.ts';
import { formatPercent } from '../../format/numbers.ts';
import { plainText } from '../../format/text.ts';
import { treesOfSpeedscope } from '../../profile/formats.ts';
import { functionTotals } from '../../profile/totals.ts';
import type { FrameTree } from '../../profile/tree.ts';
import { renderComparison, renderMatrix, sentencesOfLeft } from '../../report/terminal/comparison.ts';
import type { RenderOptions } from '../../report/terminal/light-table.ts';
import { renderComparedPlot } from '../../report/terminal/plots.ts';
import { documentPath, documentPaths } from '../../results/baselines.ts';
import type { ResultDocument } from '../../results/document.ts';
import { loadDocument, readTextFile } from '../../results/file.ts';
import { RequestError } from '../../system/errors.ts';
import { exitStatusOf } from '../exit.ts';
import { type FailOn, noReference } from '../options.ts';
import { printReport } from '../terminal.ts';

/** The options that all comparisons take. */
export interface CompareArguments {
  /** As a fraction. */
  readonly threshold?: number;
  readonly failOn?: FailOn;
  readonly strict?: boolean;
  /** A strategy, or `none`. */
  readonly relativeTo: string;
  readonly plot?: boolean;
  readonly why?: boolean;
  /** Files of profiles of either side. */
  readonly flame?: readonly string[];
  readonly format: 'table' | 'json';
  readonly color: boolean;
}

/** The options of `mapbench compare` beside the names of documents. */
export interface SideArguments {
  readonly old?: readonly string[];
  readonly new?: readonly string[];
}

/** Compares files or baselines, prints, and returns the exit status. */
export function compare(names: readonly string[], given: CompareArguments & SideArguments): number {
  const sides = sidesOf(names, given);
  if (sides !== undefined) return compareTwo(sides.old.flatMap(runsOf), sides.now.flatMap(runsOf), given);
  const documents = names.map((name) => ({ name, document: loadDocument(documentPath(name)) }));
  return compareTable(documents, given);
}

/** The two sides that are asked for; undefined for a table of more. Throws a RequestError. */
function sidesOf(names: readonly string[], { old, new: now }: SideArguments) {
  if (old === undefined && now === undefined) {
    const [first, second] = names;
    if (first === undefined || second === undefined)
      throw new RequestError('compare needs two documents, or --old and --new');
    return names.length === 2 ? { old: [first], now: [second] } : undefined;
  }
  if (old === undefined || now === undefined)
    throw new RequestError(`--${old === undefined ? 'old' : 'new'} is missing: name the runs of both sides`);
  if (names.length > 0)
    throw new RequestError(`${names[0]}: with --old and --new all documents are named by these`);
  return { old, now };
}

/** The runs that a path, a pattern or the name of a baseline stands for. */
export function runsOf(name: string): ResultDocument[] {
  return documentPaths(name).map(loadDocument);
}

function compareTwo(
  old: readonly ResultDocument[],
  now: readonly ResultDocument[],
  given: CompareArguments,
): number {
  refuseIfStrict(differencesBetween(old, now), given);
  warnOfDifferences(old, now);
  const comparison = compareAsAsked(old, now, given);
  const causes = given.why ? causesOfChanges(comparison, old, now, given.flame) : undefined;
  const data = comparison.cases.map((each) => ({ ...summary(each), causes: causes?.get(each.id) }));
  printComparison(oldAndNew(old, now), given, data, (terminal) =>
    renderComparison(comparison, terminal, causes),
  );
  return exitStatusOf({ gateFails: failsOn(comparison, given) });
}

/** What each case that changed may have changed from. */
function causesOfChanges(
  { cases }: DocumentComparison,
  old: readonly ResultDocument[],
  now: readonly ResultDocument[],
  flame: readonly string[] | undefined,
): Map<string, Cause[]> {
  const facts = [...factsThatDiffer(old, now), ...labelsThatDiffer(old, now)];
  const profiles = profilesOf(flame);
  return new Map(
    cases
      .filter(({ verdict }) => verdict === 'regressed' || verdict === 'improved')
      .map((each) => {
        const functions = profiles?.(each.now.strategy);
        return [each.id, causesOf(each, { facts, ...(functions && { functions }) })];
      }),
  );
}

/** Functions by strategy, of a profile of the older side and one of the newer. Throws a RequestError. */
function profilesOf(files: readonly string[] | undefined) {
  if (files === undefined) return undefined;
  const [old, now] = files;
  if (old === undefined || now === undefined || files.length !== 2)
    throw new RequestError('--flame: name two profiles, of the older side and of the newer');
  const [before, after] = [old, now].map((path) => treesOfSpeedscope(readTextFile(path), path)) as [
    FrameTree[],
    FrameTree[],
  ];
  return (strategy: string) => {
    const [a, b] = [before, after].map((trees) => trees.find(({ name }) => name === strategy));
    return a === undefined || b === undefined ? undefined : { old: selfTimes(a), now: selfTimes(b) };
  };
}

/** Nanoseconds an iteration in each function itself. */
function selfTimes(tree: FrameTree): Map<string, number> {
  return new Map(functionTotals(tree).map(({ name, self }) => [name, self]));
}

/** Two sides as a reader of a comparison knows them, several runs as one. */
export function oldAndNew(old: readonly ResultDocument[], now: readonly ResultDocument[]): NamedDocument[] {
  const sides = { old, new: now };
  return Object.entries(sides).map(([name, runs]) => ({
    name,
    document: runs.length === 1 ? (runs[0] as ResultDocument) : mergedRuns(runs),
  }));
}

function compareTable(documents: readonly NamedDocument[], given: CompareArguments): number {
  const [first, ...others] = documents;
  for (const { name, document } of others) {
    if (first === undefined) continue;
    refuseIfStrict(differencesBetween([first.document], [document]), given, `${name}: `);
    warnOfDifferences([first.document], [document], `${name}: `);
  }
  const named = shortNames(documents);
  const { comparisons, ...matrix } = compareMany(named, judgedBy(given));
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

/** Compares the runs of two sides with the options of a command. */
export function compareAsAsked(
  old: readonly ResultDocument[],
  now: readonly ResultDocument[],
  {
    threshold,
    relativeTo,
    failOn,
    why,
  }: Pick<CompareArguments, 'threshold' | 'relativeTo' | 'failOn' | 'why'>,
): DocumentComparison {
  return compareDocuments(old, now, {
    ...judgedBy({ threshold, failOn }),
    ...(relativeTo !== noReference && { relativeTo }),
    ...(why && { acrossSettings: true }),
  });
}

/** What counts as a change, and what as none. */
export function judgedBy({
  threshold,
  failOn,
}: {
  readonly threshold?: number | undefined;
  readonly failOn?: FailOn | undefined;
}): MatrixOptions {
  return {
    ...(threshold !== undefined && { threshold }),
    ...(failOn?.inconclusive !== undefined && { margin: failOn.inconclusive }),
  };
}

/** Names on standard error how two sides differ in what shapes their figures. */
export function warnOfDifferences(
  old: readonly ResultDocument[],
  now: readonly ResultDocument[],
  prefix = '',
): void {
  for (const difference of differencesBetween(old, now))
    console.error(`mapbench: ${prefix}the documents differ in ${difference}`);
  for (const { name, old: before, now: after } of labelsThatDiffer(old, now))
    console.error(`mapbench: ${prefix}label ${plainText(`${name}: ${before} against ${after}`)}`);
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
 * before, by having nothing to compare, where that was asked for by a slowdown that is not excluded, and with
 * --strict by any case that could not be compared. Says on standard error which.
 */
export function failsOn(
  { cases, left, broken }: DocumentComparison,
  { failOn, strict }: Pick<CompareArguments, 'failOn' | 'strict'>,
  prefix = '',
): boolean {
  if (failOn === undefined) return false;
  const { text, inconclusive } = failOn;
  const open = inconclusive === undefined ? [] : cases.filter((each) => isOpenTo(each, inconclusive));
  const problems = [
    ...(cases.length === 0 ? ['no case could be compared'] : []),
    ...broken.map((id) => `${id} failed, and was measured before`),
    ...open.map(({ id, change }) => `${id}: a slowdown of ${formatPercent(change.high)} is not excluded`),
    ...(strict && left.length > 0 ? [`--strict: ${left.length} cases could not be compared`] : []),
  ];
  for (const problem of problems)
    console.error(`mapbench: ${plainText(`${prefix}--fail-on ${text}: ${problem}`)}`);
  return problems.length > 0 || cases.some(isRegression);
}

function summary(comparison: CaseComparison) {
  const { id, unit, change, verdict, needed, spread, threshold, minimumDetectable, relative } = comparison;
  return { id, unit, change, verdict, needed, spread, threshold, minimumDetectable, relative };
}
