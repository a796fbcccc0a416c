import { readFileSync } from 'node:fs';
import { replaceFile } from '../system/replace-file.ts';
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
 * Writes a document to a file, whole or not at all (see replaceFile). Throws a `DocumentError`.
 */
export function saveDocument(path: string, document: ResultDocument): void {
  saveText(path, serializeDocument(document));
}

/** As `saveDocument`, for any text. */
export function saveText(path: string, text: string): void {
  doing('write', path, () => replaceFile(path, text));
}

/** Reads or writes a file; what goes wrong is thrown as a `DocumentError`. */
export function doing<T>(verb: 'read' | 'write', path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new DocumentError(path, `cannot ${verb}: ${causeOf(error as NodeJS.ErrnoException, verb, path)}`);
  }
}
