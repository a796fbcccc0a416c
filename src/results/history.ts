import { closeSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DocumentError } from '../system/errors.ts';
import { makeFolder } from '../system/replace-file.ts';
import type { CommitFacts, ResultDocument } from './document.ts';
import { doing, loadDocument, saveDocument } from './file.ts';

/** Digits of a commit's hash that people know it by. */
const shortHash = 7;

/** A commit as people name it, as `abc1234`, or `abc1234+` with changes since. */
export function shortCommit({ hash, dirty }: CommitFacts): string {
  return hash.slice(0, shortHash) + (dirty ? '+' : '');
}

/**
 * Adds a document to a folder, which is made if it is missing, under its time and commit, as
 * `2026-11-20T14-02-33.123Z-abc1234.json`. Returns the file, which was not there before. Throws a
 * `DocumentError`.
 */
export function addToHistory(folder: string, document: ResultDocument): string {
  const path = doing('write', join(folder, 'run.json'), () => {
    makeFolder(folder);
    return newFile(folder, nameOf(document));
  });
  try {
    saveDocument(path, document);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
  return path;
}

function nameOf({ createdAt, commit }: ResultDocument): string {
  return `${createdAt.replaceAll(':', '-')}-${commit?.hash.slice(0, shortHash) ?? 'none'}`;
}

/** Makes an empty file of this name, or of the first of `name-2`, `name-3`, … that is not there. */
function newFile(folder: string, name: string): string {
  for (let number = 1; ; number++) {
    const path = join(folder, `${number === 1 ? name : `${name}-${number}`}.json`);
    try {
      closeSync(openSync(path, 'wx'));
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** The documents of a folder, and what is wrong with the files that are none. */
export interface History {
  readonly documents: readonly ResultDocument[];
  readonly damaged: readonly DocumentError[];
}

/**
 * Reads all documents of a folder, whose names end in `.json`; a folder that is missing has none. Throws a
 * `DocumentError`.
 */
export function loadHistory(folder: string): History {
  const documents: ResultDocument[] = [];
  const damaged: DocumentError[] = [];
  for (const name of namesIn(folder)) {
    try {
      documents.push(loadDocument(join(folder, name)));
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      damaged.push(error);
    }
  }
  return { documents, damaged };
}

/** Files that begin with a dot are being written. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
      .sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new DocumentError(folder, code === 'ENOTDIR' ? 'is not a folder' : `cannot read: ${code}`);
  }
}
