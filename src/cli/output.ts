import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { GateResult } from '../gates/evaluate.ts';
import type { CommitFacts, ResultDocument } from '../results/document.ts';
import type { Exporter, GateOutcome } from '../results/export/exporter.ts';
import { findExporter, writeExport } from '../results/export/exporters.ts';
import { addToHistory } from '../results/history.ts';
import { historyFolder } from '../results/history-folder.ts';
import { causeOf, DocumentError, RequestError } from '../system/errors.ts';
import { makeFolder, tryToReplace } from '../system/replace-file.ts';
import { commitOf } from '../system/version.ts';
import { sentenceOf } from './exit.ts';
import type { ExportTarget } from './options.ts';

/** Refuses a file that could not be written, before minutes are spent on measuring. Throws a RequestError. */
export function checkOutput(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new RequestError(`${path}: it is a folder; name a file in it`);
  refuse(path, () => tryToReplace(path));
}

/** As `checkOutput`, for a file that is put into a folder, which is made later with those that it is in. */
export function checkOutputBelow(folder: string): void {
  const existing = statSync(folder, { throwIfNoEntry: false });
  if (existing !== undefined && !existing.isDirectory())
    throw new RequestError(`${folder}: it is a file; name a folder`);
  refuse(folder, () => tryToReplace(join(nearestFolder(folder), '.mapbench')));
}

/** As `checkOutput`, for a file whose folders are made where they are missing. */
function checkOutputWithFolders(path: string): void {
  if (existsSync(dirname(path))) checkOutput(path);
  else checkOutputBelow(dirname(path));
}

function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}

function refuse(path: string, attempt: () => void): void {
  try {
    attempt();
  } catch (error) {
    throw new RequestError(
      `${path}: cannot write: ${causeOf(error as NodeJS.ErrnoException, 'write', path)}`,
    );
  }
}

/** What is written after measuring: nothing that goes wrong keeps the rest from being printed and written. */
export class Outputs {
  readonly #problems: string[] = [];

  /** Writes, and keeps what went wrong, which must be a DocumentError. */
  write(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      this.#problems.push(error.message);
    }
  }

  /** Says on standard error what could not be written. Returns whether there was anything. */
  reportProblems(): boolean {
    for (const problem of this.#problems) process.stderr.write(`mapbench: ${sentenceOf(problem)}\n`);
    return this.#problems.length > 0;
  }
}

/** Refuses exports that could not be written. Throws a RequestError. */
export function checkExports(targets: readonly ExportTarget[]): void {
  for (const { format, file } of targets)
    if (exporterOf(format).kind === 'directory') checkOutputBelow(file);
    else checkOutputWithFolders(file);
}

/**
 * Writes the exports that were asked for, and the step summary where GitHub Actions has a file for it: of
 * that one, which nobody asked for, a failure is only said.
 */
export function writeExports(
  document: ResultDocument,
  targets: readonly ExportTarget[],
  outputs: Outputs,
  results: readonly GateResult[] = [],
): void {
  const gates: GateOutcome[] = results.map(({ text, outcome, evidence }) => ({
    name: text,
    outcome,
    evidence,
  }));
  const write = ({ format, file }: ExportTarget) => {
    if (writeExport(exporterOf(format), document, file, gates).length === 0)
      console.error(`mapbench: ${format} can say nothing of this document; nothing was written`);
  };
  for (const target of targets) outputs.write(() => write(target));
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (!summary) return;
  const unasked = new Outputs();
  unasked.write(() => write({ format: 'github-summary', file: summary }));
  unasked.reportProblems();
}

function exporterOf(format: string): Exporter {
  const exporter = findExporter(format);
  if (exporter === undefined) throw new RequestError(`no format is named ${format}`);
  return exporter;
}

/** What `--record` gives: a folder, or true for the usual one. */
export type RecordArgument = string | true;

/** A folder that a run is to be added to, and the commit that it measures. */
export interface Recording {
  readonly folder: string;
  readonly commit: CommitFacts | undefined;
}

/**
 * What `--record` asks for, before minutes are spent on measuring: the commit is the one that the current
 * folder is at when the run begins. Throws a RequestError for a folder that could not be written.
 */
export function recordingOf(record: RecordArgument | undefined): Recording | undefined {
  if (record === undefined) return undefined;
  const folder = record === true ? historyFolder : record;
  prepareFolder(folder);
  return { folder, commit: commitOf('.') };
}

/** A document with the commit that it measured. */
export function withCommit(document: ResultDocument, recording: Recording | undefined): ResultDocument {
  return recording?.commit === undefined ? document : { ...document, commit: recording.commit };
}

/**
 * Adds a document to the history if it is whole, and says on standard error where, or why not. Throws a
 * DocumentError.
 */
export function record(document: ResultDocument, { folder }: Recording): void {
  const obstacle = obstacleTo(document);
  const said = obstacle === undefined ? `recorded as ${addToHistory(folder, document)}` : obstacle;
  console.error(`mapbench: ${said}`);
}

function obstacleTo({ interrupted, cases }: ResultDocument): string | undefined {
  if (interrupted) return 'not recorded: the run was interrupted';
  if (!cases.some(({ status }) => status === 'measured')) return 'not recorded: nothing was measured';
  return undefined;
}

/** Makes a folder where it is missing; refuses one that cannot be made or written. */
function prepareFolder(folder: string): void {
  try {
    makeFolder(folder);
    // With the dot, what is no folder is found.
    tryToReplace(`${folder}/./.mapbench`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isFile = code === 'EEXIST' || code === 'ENOTDIR';
    throw new RequestError(
      `--record ${folder}: ${isFile ? 'it is, or is in, a file' : `the folder cannot be written (${code})`}`,
    );
  }
}
