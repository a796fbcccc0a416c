import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/**
 * Replaces dist/vendor/<name>.js, which names a package, by one file that holds what it needs of it.
 * Returns the files that went into it, from the project's folder.
 */
export async function bundleLibrary(project: string, name: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [join(project, `src/vendor/${name}.ts`)],
    absWorkingDir: project,
    outfile: join(project, `dist/vendor/${name}.js`),
    bundle: true,
    minify: true,
    // Names of classes are in messages.
    keepNames: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Licences are in a file of their own.
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    plugins: [leaveOut],
  });
  return Object.keys(metafile.inputs);
}

/** What is never used: messages in other languages than English, and linkedom's drawing canvas. */
const leaveOut: Plugin = {
  name: 'leave-out',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\.\/locales\/index\.js$/ }, ({ path }) => ({ path, namespace: 'nothing' }));
    onResolve({ filter: /^canvas$/ }, ({ path }) => ({ path, namespace: 'nothing' }));
    onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'export {};' }));
  },
};
