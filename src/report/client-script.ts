import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/** A script of src/report/client for pages, small and safe within a script element. */
export function clientScript(name: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL(`client/${name}.${extension}`, import.meta.url))],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    // d3-flame-graph knows nodes of d3-hierarchy by the name of their constructor.
    keepNames: name === 'flame',
    // Styles are the pages'.
    loader: { '.css': 'empty' },
    write: false,
  });
  return (outputFiles[0]?.text ?? '').trim().replaceAll('</script', '<\\/script');
}
