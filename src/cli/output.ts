import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { causeOf, DocumentError, RequestError } from '../system/errors.ts';
import { tryToReplace } from '../system/replace-file.ts';
import { sentenceOf } from './exit.ts';

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
export function checkOutputWithFolders(path: string): void {
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
