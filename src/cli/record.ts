import type { CommitFacts, ResultDocument } from '../results/document.ts';
import { addToHistory, makeFolder } from '../results/history.ts';
import { historyFolder } from '../results/history-folder.ts';
import { RequestError } from '../system/errors.ts';
import { tryToReplace } from '../system/replace-file.ts';
import { commitOf } from '../system/version.ts';

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
