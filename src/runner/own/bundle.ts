import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BuildFailure, Plugin } from 'esbuild';
import { ownModule } from '../../system/package-files.ts';
import { RequestError } from '../request-error.ts';
import { findEsbuild } from './esbuild.ts';
import { displayName } from './file-name.ts';

/** A user's file and what it imports by path, as one ES module. */
export interface Bundle {
  readonly code: string;
  /** The source map, as JSON; its sources are relative to the file's folder. */
  readonly map: string;
}

/** Our own public API. */
export const indexUrl = ownModule('index').href;

/**
 * Bundles a user's file. Chosen over hooks of Node's module loader: those differ between the versions of Node, depend on
 * the package.json above the file, and leave a thread in the process that is to be measured.
 * Throws a RequestError for a file that is no program or imports what is not there.
 */
export async function bundle(file: string): Promise<Bundle> {
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
