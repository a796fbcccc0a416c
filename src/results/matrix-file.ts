import { readTextFile } from './file.ts';
import { type MatrixDocument, parseMatrix } from './matrix.ts';

/** Reads a policy matrix from a file. Throws a DocumentError. */
export function loadMatrix(path: string): MatrixDocument {
  return parseMatrix(readTextFile(path), path);
}
