import { statSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';
import { inspect } from 'node:util';
import { RequestError } from '../request-error.ts';
import { bundle, indexUrl } from './bundle.ts';
import { displayName } from './file-name.ts';

/** A user's file that was loaded. */
export interface OwnModule {
  /** As messages name it. */
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
  /** The innermost line of the user's that an error comes from, as `mine.ts:14`; undefined where it comes from none. */
  lineOf(error: unknown): string | undefined;
}

/** Loads a user's TypeScript or JavaScript file. Throws a RequestError that names the line where it cannot. */
export async function loadOwnModule(file: string): Promise<OwnModule> {
  const name = displayName(file);
  requireFile(file, name);
  const { code, map } = await bundle(file);
  const lineOf = lineFinder(map, file);
  try {
    const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
    const exports = await settled(import(url));
    return { name, exports, lineOf };
  } catch (error) {
    throw new RequestError(`${lineOf(error) ?? name}: ${describeError(error)}`);
  }
}

/** Node ends a process in which nothing is left to do, whoever waits; a file may wait for what never comes. */
async function settled<T>(loading: Promise<T>): Promise<T> {
  let stop = () => {};
  const never = new Promise<never>((_, reject) => {
    const idle = () => reject(new RequestError('it waits for something that never comes'));
    process.once('beforeExit', idle);
    stop = () => process.off('beforeExit', idle);
  });
  return Promise.race([loading, never]).finally(stop);
}

function requireFile(file: string, name: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new RequestError(`${name}: there is no such file`);
  if (!found.isFile()) throw new RequestError(`${name}: it is no file`);
}

/** An error in one line, as `TypeError: x is not a function`. */
export function describeError(error: unknown): string {
  if (typeof error === 'string') return `it throws ${error}`;
  if (!(error instanceof Error))
    return `it throws ${inspect(error, { depth: 0, breakLength: Number.POSITIVE_INFINITY })}`;
  const [line = ''] = error.message.replaceAll(`'${indexUrl}'`, "'mapbench'").split('\n');
  return error.name === 'ProgramError' || error.name === 'RequestError' ? line : `${error.name}: ${line}`;
}

/** Frames of a bundle: it is imported as a data URL. */
const frame = /data:text\/javascript;base64,[\w+/=]+:(\d+)(?::(\d+))?/;

function lineFinder(map: string, file: string): OwnModule['lineOf'] {
  const sourceMap = new SourceMap(JSON.parse(map));
  return (error) => {
    const found = frame.exec((error instanceof Error && error.stack) || '');
    if (found === null) return undefined;
    const [, line = 1, column = 1] = found;
    const entry = sourceMap.findEntry(Number(line) - 1, Number(column) - 1);
    if (!('originalSource' in entry)) return undefined;
    return `${displayName(resolve(dirname(file), entry.originalSource))}:${entry.originalLine + 1}`;
  };
}
