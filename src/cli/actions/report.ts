import { writeSync } from 'node:fs';
import { differencesBetween } from '../../comparison/differences.ts';
import { compareDocuments } from '../../comparison/documents.ts';
import type { NamedDocument } from '../../comparison/matrix.ts';
import { formatTime } from '../../format/numbers.ts';
import type { GateResult } from '../../gates/evaluate.ts';
import { decideGates } from '../../gates/evaluate.ts';
import { treesOfSpeedscope } from '../../profile/formats.ts';
import type { FlameGraph, PageRequest } from '../../report/page/kit/input.ts';
import { renderPage } from '../../report/page/kit/page.ts';
import { documentPath } from '../../results/baselines.ts';
import type { ResultDocument } from '../../results/document.ts';
import { doing, loadDocument, readTextFile, saveText } from '../../results/file.ts';
import { loadHistory } from '../../results/history.ts';
import { historyFolder } from '../../results/history-folder.ts';
import { loadMatrix } from '../../results/matrix-file.ts';
import { RequestError } from '../../system/errors.ts';
import { exitStatusOf } from '../exit.ts';
import { type GateArguments, readGates } from '../gates.ts';
import { noReference } from '../options.ts';
import { checkOutput, Outputs } from '../output.ts';
import { refuseIfStrict, shortNames } from './compare.ts';

/** The options of `mapbench report` as commander gives them. */
export interface ReportArguments extends Omit<GateArguments, 'gates'> {
  /** A file, or `-`. */
  readonly output: string;
  readonly title?: string;
  /** As a fraction. */
  readonly threshold?: number;
  /** A strategy, or `none`. */
  readonly relativeTo: string;
  /** Files of profiles. */
  readonly flame?: readonly string[];
  /** A file of a policy matrix. */
  readonly matrix?: string;
  /** A folder, or the usual one. */
  readonly history?: string | true;
}

/** Writes a page and returns the exit status: a gate that fails is told after the page is there. */
export function report(names: readonly string[], given: ReportArguments): number {
  const [first, ...others] = shortNames(
    names.map((name) => ({ name, document: loadDocument(documentPath(name)) })),
  );
  if (first === undefined) throw new RequestError('report needs a document');
  if (given.output !== '-') checkOutput(given.output);
  for (const { name, document } of others)
    refuseIfStrict(differencesBetween([first.document], [document]), given, `${name}: `);
  const { threshold, relativeTo } = given;
  const compare = {
    ...(threshold !== undefined && { threshold }),
    ...(relativeTo !== noReference && { relativeTo }),
  };
  const gates = gatesOf(first, others, compare, given);
  const title = given.title ?? `mapbench: ${(others.at(-1) ?? first).name}`;
  const page = renderPage({
    title,
    documents: [first, ...others],
    gates,
    compare,
    flames: (given.flame ?? []).flatMap(flamesIn),
    ...(given.matrix !== undefined && { policyMatrix: loadMatrix(given.matrix) }),
    history: given.history === undefined ? [] : historyIn(given.history),
  });
  const outputs = new Outputs();
  outputs.write(() => write(given.output, page));
  const gateFails = gates.some(({ outcome }) => outcome === 'fails');
  return exitStatusOf({ gateFails, unwritten: outputs.reportProblems() });
}

/** The profiles of a file of speedscope's. Throws a DocumentError. */
function flamesIn(path: string): FlameGraph[] {
  return treesOfSpeedscope(readTextFile(path), path).map((tree) => ({
    title: `Flame graph: ${tree.name}, ${formatTime(tree.value)} an iteration under perf`,
    tree,
    notes: [],
  }));
}

/** The recorded runs of a folder; damaged ones are named and left out. */
function historyIn(given: string | true): ResultDocument[] {
  const { documents, damaged } = loadHistory(given === true ? historyFolder : given);
  for (const { message } of damaged) console.error(`mapbench: left out: ${message}`);
  return [...documents];
}

/** Decides the gates about the last document; changes are against the first. */
function gatesOf(
  first: NamedDocument,
  others: readonly NamedDocument[],
  compare: PageRequest['compare'],
  given: ReportArguments,
): GateResult[] {
  const { document } = others.at(-1) ?? first;
  const baseline = others.length === 0 ? undefined : first.document;
  const gates = readGates(given, { cases: document.cases, baseline });
  if (gates.length === 0) return [];
  const comparisons = baseline === undefined ? [] : compareDocuments([baseline], [document], compare).cases;
  return decideGates(gates, document, comparisons, given.strict);
}

/** Writes the page. Throws a DocumentError. */
function write(output: string, page: string): void {
  if (output === '-') doing('write', 'standard output', () => writeToReader(page));
  else saveText(output, page);
}

/** Milliseconds to wait for a reader that is slow. */
const pause = 5;

/** Writes to standard output, all of it before the process ends. */
function writeToReader(text: string): void {
  const bytes = Buffer.from(text);
  const still = new Int32Array(new SharedArrayBuffer(4));
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(1, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A reader that has seen enough is no error.
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(still, 0, 0, pause);
    }
  }
}
