import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RequestError } from '../request-error.ts';
import { displayName } from './file-name.ts';

type Esbuild = typeof import('esbuild');

let found: Esbuild | undefined;

/**
 * esbuild, which weighs more than all of mapbench and is needed for files of users' own only: the one that is installed
 * beside mapbench, beside the user's file or in the current folder. Throws a RequestError where there is none.
 */
export async function findEsbuild(file: string): Promise<Esbuild> {
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
