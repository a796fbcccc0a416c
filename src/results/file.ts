import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ResultDocument } from './document.ts';
import { DocumentError } from './document-error.ts';
import { causeOf } from './file-failure.ts';
import { parseDocument } from './parse.ts';
import { serializeDocument } from './serialize.ts';

/** Reads a document from a file. Throws a `DocumentError` for what cannot be read and for what is no document. */
export function loadDocument(path: string): ResultDocument {
  return parseDocument(
    doing('read', path, () => readFileSync(path, 'utf8')),
    path,
  );
}

/**
 * Writes a document to a file, whole or not at all: whoever reads the file, and whenever this process dies, finds the
 * old document or the new one. Throws a `DocumentError`.
 */
export function saveDocument(path: string, document: ResultDocument): void {
  saveText(path, serializeDocument(document));
}

/** As `saveDocument`, for any text. */
export function saveText(path: string, text: string): void {
  doing('write', path, () => replaceFile(path, text));
}

function replaceFile(path: string, text: string): void {
  const existing = statSync(path, { throwIfNoEntry: false });
  if (existing === undefined) writeAndRename(path, text);
  else if (existing.isFile()) writeAndRename(realpathSync(path), text);
  // A device or a pipe, as /dev/stdout, is written to; renaming would put a file in its place.
  else writeFileSync(path, text);
}

function writeAndRename(path: string, text: string): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Reads or writes a file; what goes wrong is thrown as a `DocumentError`. */
export function doing<T>(verb: 'read' | 'write', path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new DocumentError(path, `cannot ${verb}: ${causeOf(error as NodeJS.ErrnoException, verb, path)}`);
  }
}
