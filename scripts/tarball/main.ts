/**
 * Packs mapbench and uses the tarball as a user does, in empty folders and with production dependencies only:
 * install, run, report, compare, completion, help, types, uninstall. Prints how long each step takes; exits
 * with 1 where one fails.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { step } from '../timed-step.ts';
import { run } from './program.ts';
import { filesIn, megabytes, sizeOf } from './sizes.ts';

/** What mapbench may weigh with all that it needs, but for koffi. Bytes. */
const limit = 6_000_000;
const project = join(import.meta.dirname, '../..');
const root = mkdtempSync(join(tmpdir(), 'mapbench-tarball-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));
const [prefix, work, once] = ['prefix', 'work', 'once'].map((name) => join(root, name)) as [
  string,
  string,
  string,
];
for (const folder of [prefix, work, once]) mkdirSync(folder);
// A fresh machine: no cache, no settings of the user's, only what the system and the new prefix have on the
// PATH.
const env = {
  PATH: `${join(prefix, 'bin')}:${process.env.PATH?.split(':')
    .filter((each) => !each.includes('node_modules'))
    .join(':')}`,
  npm_config_cache: join(root, 'cache'),
  npm_config_prefix: prefix,
  npm_config_fund: 'false',
  npm_config_audit: 'false',
  NO_COLOR: '1',
};
const inWork = (...command: string[]) => run(work, command, { env });
const mapbench = (...parameters: string[]) => inWork('mapbench', ...parameters);

const tarball = step('pack', pack, (file) => megabytes(sizeOf(file)));
step('what is packed', () => checkContents(inWork('tar', '-tzf', tarball).trim().split('\n')), String);
step('npm install -g', () => inWork('npm', 'install', '-g', tarball));
step('size without koffi', checkSize, (size) => `${megabytes(size)} of ${megabytes(limit)}`);
step('mapbench --version', () => mapbench('--version').trim(), String);
step('mapbench run', () => mapbench('run', '-s', 'memfd', 'rwx', '--quick', '-o', 'a.json'));
step('mapbench run, again', () => mapbench('run', '-s', 'memfd', 'rwx', '--quick', '-o', 'b.json'));
step('mapbench report', () => mapbench('report', 'a.json', 'b.json', '-o', 'report.html'));
step('the page', () => requireText(readFileSync(join(work, 'report.html'), 'utf8'), '<svg'));
step('mapbench compare', () => requireText(mapbench('compare', 'a.json', 'b.json'), 'memfd'));
step('mapbench verify', () => mapbench('verify', 'memfd', '--draws', '2'));
step('mapbench completion', completion);
step('mapbench help gates', () => requireText(mapbench('help', 'gates'), '--assert'));
step('the manual page', () =>
  requireText(readFileSync(join(prefix, 'share/man/man1/mapbench.1'), 'utf8'), '.Dt'),
);
writeFileSync(join(work, 'mine.mjs'), "export { mine } from './nothing.mjs';\n");
step('a file without esbuild', () =>
  requireText(run(work, ['mapbench', 'show', './mine.mjs'], { env, status: 2 }), 'esbuild is needed'),
);
step('npm uninstall -g', () => inWork('npm', 'uninstall', '-g', 'mapbench'));
step('nothing is left', nothingIsLeft);
step('npx, empty folder', () =>
  run(once, ['npx', '--yes', '--package', tarball, 'mapbench', 'list'], { env }),
);
step('npm install, a project', installInProject);
step('its types', checkTypes);
step('npx with esbuild', ownStrategy);

function pack(): string {
  const [{ filename }] = JSON.parse(
    run(project, ['npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', root]),
  );
  return join(root, filename);
}

function checkContents(files: readonly string[]): string {
  const wrong = files.filter(
    (file) => /package\/(src|tests|scripts|\.ci)\//.test(file) || /\.test\.|\.map$/.test(file),
  );
  if (wrong.length > 0) throw new Error(`these do not belong there: ${wrong.join(', ')}`);
  for (const file of [
    'LICENSE',
    'README.md',
    'dist/commit.json',
    'dist/THIRD-PARTY-LICENSES.txt',
    'man/mapbench.1',
  ])
    if (existsSync(join(project, file)) && !files.includes(`package/${file}`))
      throw new Error(`${file} is missing`);
  return `${files.length} files`;
}

function checkSize(): number {
  const size = sizeOf(join(prefix, 'lib/node_modules/mapbench'), /^(koffi|@koromix)$/);
  if (size > limit) throw new Error(`${megabytes(size)} are more than ${megabytes(limit)}`);
  return size;
}

function completion(): void {
  for (const shell of ['bash', 'zsh', 'fish'])
    requireText(mapbench('completion', shell), 'mapbench complete');
  requireText(mapbench('complete', '--', 'run', '--strategy', 'reuse_l'), 'reuse_lock');
}

function nothingIsLeft(): void {
  const left = filesIn(prefix);
  if (left.length > 0) throw new Error(`these are left: ${left.join(', ')}`);
}

function installInProject(): void {
  writeFileSync(join(work, 'package.json'), '{ "type": "module", "private": true }');
  inWork('npm', 'install', '--omit=dev', tarball);
}

/** What the package declares compiles in a strict project, with the types of Node only. */
function checkTypes(): void {
  writeFileSync(
    join(work, 'use.ts'),
    "import { run } from 'mapbench';\nconst name: string | undefined = (await run()).cases[0]?.strategy;\n// @ts-expect-error\nconst wrong: string = (await run()).cases[0]?.pages;\nexport { name, wrong };\n",
  );
  const types = join(project, 'node_modules/@types');
  run(
    work,
    [
      join(project, 'node_modules/.bin/tsc'),
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2022',
    ].concat(['--typeRoots', types, '--types', 'node', 'use.ts']),
  );
}

function ownStrategy(): void {
  const example = join(project, 'examples/strategies/two-flips.ts');
  const version = JSON.parse(
    readFileSync(join(project, 'node_modules/esbuild/package.json'), 'utf8'),
  ).version;
  const packages = ['--package', tarball, '--package', `esbuild@${version}`];
  writeFileSync(join(once, 'mine.ts'), readFileSync(example));
  requireText(
    run(once, ['npx', '--yes', ...packages, 'mapbench', 'show', './mine.ts'], { env }),
    'two_flips',
  );
}

function requireText(text: string, wanted: string): void {
  if (!text.includes(wanted)) throw new Error(`'${wanted}' is not in it`);
}
