import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isSource, packageFile } from '../system/version.ts';

/** The scripts of src/report/client. */
export const clientScriptNames = ['flame', 'report'] as const;

/** One of them. */
export type ClientScriptName = (typeof clientScriptNames)[number];

/** A script for pages, small and safe within a script element: as the build made it, or from its source. */
export function clientScript(name: ClientScriptName): string {
  if (isSource) return buildClientScript(name).code;
  return readFileSync(packageFile(`dist/report/client/${name}.min.js`), 'utf8');
}

/**
 * Makes a script from its source, for which the developers' packages are needed; and says from which files.
 */
export function buildClientScript(name: ClientScriptName): { code: string; inputs: string[] } {
  const { buildSync }: typeof import('esbuild') = createRequire(import.meta.url)('esbuild');
  const { outputFiles, metafile } = buildSync({
    entryPoints: [fileURLToPath(packageFile(`src/report/client/${name}.ts`))],
    absWorkingDir: fileURLToPath(packageFile('')),
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    // d3-flame-graph knows nodes of d3-hierarchy by the name of their constructor.
    keepNames: name === 'flame',
    // Styles are the pages'.
    loader: { '.css': 'empty' },
    metafile: true,
    write: false,
  });
  const code = (outputFiles[0]?.text ?? '').trim().replaceAll('</script', '<\\/script');
  return { code, inputs: Object.keys(metafile.inputs) };
}
