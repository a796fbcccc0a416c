import { statSync } from 'node:fs';
import { createRequire, SourceMap } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import type { BuildFailure, Plugin } from 'esbuild';
import { MapbenchError, RequestError } from '../../system/errors.ts';
import { userModule } from '../../system/version.ts';

/** A file as a message names it: from the current folder if it lies in there, else whole. */
function displayName(file: string): string {
  const short = relative(process.cwd(), file);
  return short === '' || short.startsWith('..') ? file : short;
}

type Esbuild = typeof import('esbuild');

let found: Esbuild | undefined;

/**
 * esbuild, which weighs more than all of mapbench and is needed for files of users' own only: the one that is
 * installed beside mapbench, beside the user's file or in the current folder. Throws a RequestError where
 * there is none.
 */
async function findEsbuild(file: string): Promise<Esbuild> {
  for (const from of [import.meta.url, file, join(process.cwd(), 'package.json')]) {
    const path = pathOf(from);
    if (path !== undefined) {
      found = (await import(pathToFileURL(path).href)).default;
      return found as Esbuild;
    }
  }
  throw new RequestError(
    `${displayName(file)}: esbuild is needed to load it; npm install esbuild in its folder, npm install -g esbuild beside a global mapbench, or npx -p esbuild -p mapbench mapbench …`,
  );
}

/** Ends the process that esbuild works in, which would share the CPU with what is measured. */
export async function endBundler(): Promise<void> {
  await found?.stop();
}

function pathOf(from: string): string | undefined {
  try {
    return createRequire(from).resolve('esbuild');
  } catch {
    return undefined;
  }
}

/** A user's file and what it imports by path, as one ES module. */
interface Bundle {
  readonly code: string;
  /** The source map, as JSON; its sources are relative to the file's folder. */
  readonly map: string;
}

/** Our own public API. */
const indexUrl = userModule('index').href;

/**
 * Bundles a user's file. Chosen over hooks of Node's module loader: those differ between the versions of
 * Node, depend on the package.json above the file, and leave a thread in the process that is to be measured.
 * Throws a RequestError for a file that is no program or imports what is not there.
 */
async function bundle(file: string): Promise<Bundle> {
  const { build } = await findEsbuild(file);
  const folder = dirname(file);
  try {
    const { outputFiles } = await build({
      entryPoints: [file],
      absWorkingDir: folder,
      outfile: `${file}.mjs`,
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'es2022',
      conditions: [],
      sourcemap: 'external',
      logLevel: 'silent',
      define: {
        'import.meta.url': JSON.stringify(pathToFileURL(file).href),
        'import.meta.filename': JSON.stringify(file),
        'import.meta.dirname': JSON.stringify(folder),
      },
      plugins: [packages],
    });
    const [map, code] = outputFiles.map(({ text }) => text);
    return { code: code ?? '', map: map ?? '{}' };
  } catch (error) {
    throw new RequestError(describe(error as BuildFailure, file));
  }
}

/** Packages are imported as they are; `mapbench` is always the one that runs, wherever the file lies. */
const packages: Plugin = {
  name: 'packages',
  setup({ onResolve, resolve: find }) {
    onResolve({ filter: /^mapbench$/ }, () => ({ path: indexUrl, external: true }));
    onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (pluginData === 'seen') return undefined;
      const found = await find(path, { kind, importer, resolveDir, pluginData: 'seen' });
      const isPackage = found.errors.length === 0 && !found.external && found.path.includes('/node_modules/');
      return isPackage ? { path: pathToFileURL(found.path).href, external: true } : found;
    });
  },
};

/** `mine.ts:3:15: Expected ";" but found "x"`: lines and columns count from 1, as editors do. */
function describe(failure: BuildFailure, file: string): string {
  const [first] = failure.errors ?? [];
  if (first === undefined) return `${displayName(file)}: ${failure.message.split('\n')[0]}`;
  const { location, text } = first;
  if (location === null) return `${displayName(file)}: ${text}`;
  const path = location.file.startsWith('file:')
    ? fileURLToPath(location.file)
    : resolve(dirname(file), location.file);
  return `${displayName(path)}:${location.line}:${location.column + 1}: ${text}`;
}

/** A user's file that was loaded. */
export interface UserModule {
  /** As messages name it. */
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
  /**
   * The innermost line of the user's that an error comes from, as `mine.ts:14`; undefined where it comes from
   * none.
   */
  lineOf(error: unknown): string | undefined;
}

/**
 * Loads a user's TypeScript or JavaScript file. Throws a RequestError that names the line where it cannot.
 */
export async function loadUserModule(file: string): Promise<UserModule> {
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

/**
 * Node ends a process in which nothing is left to do, whoever waits; a file may wait for what never comes.
 */
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
  const line = firstLine(error.message.replaceAll(`'${indexUrl}'`, "'mapbench'"));
  return error instanceof MapbenchError ? line : `${error.name}: ${line}`;
}

/** Of a message, which may be a user's. */
export function firstLine(message: string): string {
  return message.split('\n')[0] ?? '';
}

/** Frames of a bundle: it is imported as a data URL. */
const frame = /data:text\/javascript;base64,[\w+/=]+:(\d+)(?::(\d+))?/;

function lineFinder(map: string, file: string): UserModule['lineOf'] {
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

/**
 * What a user's file exports that is meant to be a strategy, unchecked, and how to tell the user which one.
 */
export function candidatesIn(exports: Readonly<Record<string, unknown>>): (readonly [unknown, string])[] {
  const { default: main, ...named } = exports;
  const listed: readonly unknown[] =
    main === undefined ? [] : isConfig(main) ? (main.strategies ?? []) : Array.isArray(main) ? main : [main];
  return [
    // Not map(), which passes over the holes of a sparse array.
    ...Array.from(listed, (value, index) => [value, `strategy ${index + 1}`] as const),
    ...Object.entries(named).flatMap(([name, value]) =>
      isMeantAsStrategy(value) ? [[value, name] as const] : [],
    ),
  ];
}

function isConfig(value: unknown): value is { strategies?: readonly unknown[] } {
  const isOne = isObject(value) && !('define' in value);
  return isOne && ['strategies', 'defaults', 'gates'].some((key) => key in value);
}

/** A file may export other things by name: a strategy has at least two of these. */
function isMeantAsStrategy(value: unknown): boolean {
  return isObject(value) && ['name', 'wx', 'needs', 'define'].filter((key) => key in value).length >= 2;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
