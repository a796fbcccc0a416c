import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DocumentError } from '../system/errors.ts';
import { documentPath } from './baselines.ts';
import type { ResultDocument } from './document.ts';
import { loadDocument, readTextFile } from './file.ts';

/** How the file ends that says in a sentence why a host has failed. */
const failedEnding = '.failed';

/** A host whose run has failed, or whose document cannot be read. */
export interface FailedHost {
  readonly name: string;
  readonly reason: string;
}

/** What hosts have left of the same run. */
export interface HostResults {
  /** Under the names that were given. */
  readonly documents: readonly { readonly name: string; readonly document: ResultDocument }[];
  readonly failed: readonly FailedHost[];
}

/**
 * Reads what hosts have left: their documents, as far as they are whole, and the `<host>.failed` beside them.
 */
export function readHosts(names: readonly string[]): HostResults {
  const documents: HostResults['documents'][number][] = [];
  const failed: FailedHost[] = [];
  const isReason = (name: string) => name.endsWith(failedEnding);
  for (const name of names.filter((each) => !isReason(each))) {
    try {
      documents.push({ name, document: loadDocument(documentPath(name)) });
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      failed.push({ name: basename(name, '.json'), reason: error.message });
    }
  }
  const folders = new Set(names.filter((name) => name.includes('/') || name.endsWith('.json')).map(dirname));
  const beside = [...folders].flatMap(reasonsIn);
  const reasons = new Set([...names.filter(isReason).map((name) => join(name)), ...beside]);
  return { documents, failed: [...failed, ...[...reasons].sort().map(failedHost)] };
}

function reasonsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(failedEnding))
      .map((name) => join(folder, name));
  } catch {
    // That there is no such folder is said of the documents in it.
    return [];
  }
}

function failedHost(path: string): FailedHost {
  const reason = readTextFile(path).trim();
  return { name: basename(path, failedEnding), reason: reason === '' ? 'no reason is stated' : reason };
}
