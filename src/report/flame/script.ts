import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/** The script that draws a page's flame graphs, with d3-flame-graph in it, safe within a script element. */
export function flameScript(): string {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL(`../client/flame.${extension}`, import.meta.url))],
    bundle: true,
    minify: true,
    // d3-flame-graph knows nodes of d3-hierarchy by the name of their constructor.
    keepNames: true,
    format: 'iife',
    // Its style is in flameStyle.
    loader: { '.css': 'empty' },
    target: 'es2022',
    legalComments: 'none',
    write: false,
  });
  return (outputFiles[0]?.text ?? '').replaceAll('</script', '<\\/script');
}
