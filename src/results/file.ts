import { readFileSync } from 'node:fs';
import { causeOf, DocumentError } from '../system/errors.ts';
import { replaceFile } from '../system/replace-file.ts';
import type { ForkResult, ResultDocument } from './document.ts';
import { parseDocument } from './parse.ts';

/** Decimals of a sample in nanoseconds: a picosecond is far below the noise of any iteration. */
const sampleDecimals = 3;

/** Significant digits of a count an iteration. */
const countDigits = 6;

/**
 * A list of numbers as JSON.stringify lays it out. Text in a document cannot look so: its line ends are
 * escaped.
 */
const numberList = /\[\n\s+(-?\d[^[\]{}"]*?)\n\s+\]/g;

/** A fork's counts as JSON.stringify lays them out. */
const countsObject = /"counts": \{\n\s+([^{}]*?)\n\s+\}/g;

/** The JSON text of a document, to be read by people too: indented, a fork's samples on one line. */
export function serializeDocument(document: ResultDocument): string {
  const cases = document.cases.map((each) => ({ ...each, forks: each.forks.map(rounded) }));
  const text = JSON.stringify({ ...document, cases }, null, 2);
  return `${text.replace(countsObject, (_, counts: string) => `"counts": { ${counts.replace(/\s*\n\s*/g, ' ')} }`).replace(numberList, (_, numbers: string) => `[${numbers.replace(/\s+/g, ' ')}]`)}\n`;
}

function rounded(fork: ForkResult): ForkResult {
  const samples = fork.samples.map((sample) => Number(sample.toFixed(sampleDecimals)));
  const counts = Object.entries(fork.counts ?? {}).map(([name, count]) => [
    name,
    Number(count.toPrecision(countDigits)),
  ]);
  return { ...fork, samples, ...(fork.counts && { counts: Object.fromEntries(counts) }) };
}

/**
 * Reads a document from a file. Throws a `DocumentError` for what cannot be read and for what is no document.
 */
export function loadDocument(path: string): ResultDocument {
  return parseDocument(readTextFile(path), path);
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

/** How files begin that are no text of ours, and what to do with them. */
const foreign: readonly (readonly [beginning: readonly number[], what: string])[] = [
  [[0xff, 0xfe], 'is UTF-16, as PowerShell’s > writes it; convert it with iconv -f UTF-16 -t UTF-8'],
  [[0xfe, 0xff], 'is UTF-16; convert it with iconv -f UTF-16 -t UTF-8'],
  [[0x1f, 0x8b], 'is compressed by gzip; unpack it with gunzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'is compressed by zstd; unpack it with unzstd'],
  [[0xfd, 0x37, 0x7a, 0x58], 'is compressed by xz; unpack it with unxz'],
  [[0x50, 0x4b, 0x03, 0x04], 'is a zip archive; unpack it with unzip'],
];

/**
 * The text of a file that a person or another program wrote, in UTF-8, without its byte order mark. Throws a
 * `DocumentError` for what cannot be read, and for what is in another encoding or compressed.
 */
export function readTextFile(path: string): string {
  const bytes = doing('read', path, () => readFileSync(path));
  const known = foreign.find(([beginning]) => beginning.every((byte, index) => bytes[index] === byte));
  if (known !== undefined) throw new DocumentError(path, known[1]);
  // Without a mark: of ASCII in UTF-16 each other byte is 0.
  if (bytes.length >= 4 && (bytes[0] === 0) !== (bytes[1] === 0) && (bytes[2] === 0) !== (bytes[3] === 0))
    throw new DocumentError(path, 'is UTF-16; convert it with iconv -f UTF-16LE -t UTF-8');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DocumentError(path, 'is not UTF-8 text');
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
