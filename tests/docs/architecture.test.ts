import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { arrowsOf, importsOf, modulesOf, upwardImports } from '../../scripts/architecture/imports.ts';
import { modules, upward } from '../../scripts/architecture/modules.ts';
import { pageWithTable, unlisted } from '../../scripts/architecture/page.ts';
import { pictureOf, stations } from '../../scripts/architecture/picture.ts';

const root = join(import.meta.dirname, '../..');
const source = join(root, 'src');
const present = modulesOf(source);
const imports = importsOf(source);
const again = 'npx tsx scripts/architecture.ts makes it anew';

test('every module has its place on the list', () => {
  assert.deepEqual(unlisted(present), []);
  assert.equal(new Set(modules.map(({ name }) => name)).size, modules.length);
});

test('an import between modules only points down the list', () => {
  const wrong = upwardImports(imports).map(({ from, to }) => `${from} -> ${to}`);
  // What may point up is on a list, with its reason, and is gone from it when it is gone from src/.
  assert.deepEqual([...new Set(wrong)].sort(), upward.map(({ from, to }) => `${from} -> ${to}`).sort());
  for (const { why } of upward) assert.ok(why.length > 20);
  assert.ok(imports.length > 500, 'the imports are found');
});

test('all kinds of imports are seen', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-modules-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const module of ['system', 'statistics', 'program/native'])
    mkdirSync(join(folder, module), { recursive: true });
  writeFileSync(
    join(folder, 'system/a.ts'),
    `import { b } from './b.ts';
import {
  type C,
  d,
} from '../statistics/c.ts';
import type { E } from '../program/native/e.ts';
export * from '../cli/f.ts';
export type { G } from '../report/g.ts';
import '../results/h.ts';
const i = await import('../runner/i.ts');
`,
  );
  writeFileSync(join(folder, 'program/native/e.ts'), "import { a } from '../../system/a.ts';\n");
  const found = importsOf(folder);
  assert.deepEqual(
    found.map(({ from, to }) => `${from} ${to}`),
    [
      'program system',
      ...['statistics', 'program', 'cli', 'report', 'results', 'runner'].map((to) => `system ${to}`),
    ],
  );
  assert.deepEqual(
    upwardImports(found).map(({ to }) => to),
    ['statistics', 'program', 'cli', 'report', 'results', 'runner'],
  );
});

test('the picture and the table are what the script makes', () => {
  const picture = readFileSync(join(root, 'docs/images/architecture.svg'), 'utf8');
  assert.ok(picture === pictureOf(present, arrowsOf(imports)), `docs/images/architecture.svg: ${again}`);
  const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  assert.equal(page, pageWithTable(page, present), again);
  for (const { file } of stations) assert.ok(file === undefined || existsSync(join(source, file)), file);
});

test('arrows that a longer way replaces are left out', () => {
  const edge = (from: string, to: string) => ({ file: '', from, to });
  assert.deepEqual(arrowsOf([edge('a', 'b'), edge('b', 'c'), edge('a', 'c')]), [
    ['a', 'b'],
    ['b', 'c'],
  ]);
});

test('each library has one module that knows it', () => {
  const owners: Readonly<Record<string, string>> = {
    koffi: 'system',
    tinybench: 'runner',
    chalk: 'report',
    'cli-table3': 'report',
  };
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  for (const [library, module] of Object.entries(owners)) {
    const users = files.filter((file) =>
      readFileSync(join(source, file), 'utf8').includes(`from '${library}'`),
    );
    assert.ok(users.length > 0, library);
    assert.deepEqual(
      users.filter((file) => !file.startsWith(`${module}/`)),
      [],
      library,
    );
  }
});

/** The files of dist and what each imports. */
async function builtModules() {
  const dist = join(root, 'dist');
  const { metafile } = await build({
    absWorkingDir: dist,
    entryPoints: readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.js') && !name.startsWith('report/client/'),
    ),
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    outdir: 'nowhere',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  return metafile.inputs;
}

test('what is installed imports its own files and dependencies, nothing that is there in development alone', async () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const packages = Object.values(await builtModules())
    .flatMap(({ imports }) => imports.flatMap(({ path, external }) => (external ? [path] : [])))
    .filter((name) => !isBuiltin(name));
  assert.deepEqual([...new Set(packages)], Object.keys(dependencies));
});

test('help loads a few small files: no native code, no documents, no action', async () => {
  const modules = await builtModules();
  const loaded = new Set(['cli/main.js']);
  for (const file of loaded)
    for (const { path, kind } of modules[file]?.imports ?? [])
      if (kind === 'import-statement' && !isBuiltin(path)) loaded.add(path);
  assert.ok(!loaded.has('koffi'));
  assert.ok(loaded.size <= 20, `${loaded.size} files`);
  const bytes = [...loaded].reduce((sum, file) => sum + (modules[file]?.bytes ?? 0), 0);
  assert.ok(bytes < 250_000, `${bytes} bytes`);
});
