import { relative } from 'node:path';

/** A file as a message names it: from the current folder if it lies in there, else whole. */
export function displayName(file: string): string {
  const short = relative(process.cwd(), file);
  return short === '' || short.startsWith('..') ? file : short;
}
