import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/**
 * The modules of src that are started or imported by their path; dist has what they need, in chunks that they
 * share.
 */
const entryPoints = [
  'cli/main',
  // What users import, also while the command line runs: one build, or there were two of each class.
  'index',
  // Processes of their own.
  'runner/worker',
  'tuning/guard',
];

/**
 * Writes the program to dist, with the libraries that users do not install. Returns the files that went into
 * it, from the project's folder.
 */
export async function bundleProgram(project: string): Promise<string[]> {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const { metafile } = await build({
    entryPoints: entryPoints.map((name) => `src/${name}.ts`),
    absWorkingDir: project,
    outbase: 'src',
    outdir: 'dist',
    // As deep as src/system/version.ts.
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    // What is imported late is loaded late.
    splitting: true,
    external: Object.keys({ ...dependencies, ...peerDependencies }),
    // Identifiers stay, for stack traces and scripts/arm64.
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 200,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Licences are in a file of their own.
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    plugins: [leaveOut, requireOfNode, fewChunks],
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

/** Modules of Node that CommonJS packages require: an ES module has no `require`, and imports them. */
const requireOfNode: Plugin = {
  name: 'require-of-node',
  setup({ onResolve, onLoad }) {
    // Importing it opens standard input, for which Node loads its streams.
    onResolve({ filter: /^(node:)?process$/ }, ({ path }) => ({ path, namespace: 'process' }));
    onLoad({ filter: /.*/, namespace: 'process' }, () => ({ contents: 'module.exports = process;' }));
    onResolve({ filter: new RegExp(`^(node:)?(${builtinModules.join('|')})$`) }, ({ path, kind }) =>
      kind === 'require-call' ? { path, namespace: 'node' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'node' }, ({ path }) => ({
      contents: `import all from '${path}'; module.exports = all;`,
    }));
  },
};

/**
 * esbuild makes a chunk of the modules that the same entry points and late imports need, which cuts the
 * command line into one for every set of actions. When it loads one of them all of it is there: each may say
 * that it needs it.
 */
const fewChunks: Plugin = {
  name: 'few-chunks',
  setup({ initialOptions, onResolve, onLoad }) {
    const commandLine = join(initialOptions.absWorkingDir ?? '', 'src/cli');
    onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) =>
      kind === 'dynamic-import' && resolveDir.startsWith(commandLine)
        ? { path: join(resolveDir, path), pluginData: 'late' }
        : undefined,
    );
    onLoad({ filter: /\.ts$/ }, ({ path, pluginData }) =>
      pluginData === 'late'
        ? {
            contents: `${readFileSync(path, 'utf8')}\nimport '${commandLine}/commands.ts';`,
            loader: 'ts',
          }
        : undefined,
    );
  },
};
