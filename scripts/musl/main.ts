/**
 * A smoke test on musl: `npx tsx scripts/musl/main.ts [strategy…]`, after `npm run build` and `apt-get
 * install musl-tools`. The npm registry has no Node.js for musl, but it has Bun, whose musl build loads
 * koffi's musl build. Runs list, show, verify and a short run there; exits with 1 where one fails.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const bunVersion = '1.4.5';
const loader = '/lib/ld-musl-x86_64.so.1';
const muslLibc = '/usr/lib/x86_64-linux-musl/libc.so';
const project = join(import.meta.dirname, '../..');
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mapbench/musl');

if (!existsSync(loader) || !existsSync(muslLibc)) {
  console.error('scripts/musl: musl is not installed; apt-get install musl-tools');
  process.exit(2);
}
const bun = fetchBun();
const libraries = makeLibraries();
const strategies = process.argv.length > 2 ? process.argv.slice(2) : ['@all'];
const commands = [
  ['list', '--probe'],
  ['show', 'memfd'],
  ['verify', ...strategies, '--draws', '0'],
  ['run', '-s', ...strategies, '--forks', '2', '--time', '20'],
];
console.log(`Bun ${bunVersion} on musl ${muslVersion()}, koffi's musl build: ${symbolsFoundIn()}`);
for (const parameters of commands) {
  const { status } = onMusl([join(project, 'bin/mapbench.js'), ...parameters], 'inherit');
  console.log(`mapbench ${parameters.join(' ')}: exit ${status}`);
  if (status !== 0) process.exitCode = 1;
}

/** Runs Bun on musl. The libraries are for musl's loader alone: nothing else may inherit them. */
function onMusl(parameters: readonly string[], stdio: 'inherit' | 'pipe') {
  const env = { ...process.env, LD_LIBRARY_PATH: libraries, LD_PRELOAD: join(libraries, 'libshim.so') };
  return spawnSync(bun, parameters, { stdio, env, encoding: 'utf8' });
}

/** Proof of which C library it is: a function that only glibc has is not there, one of every libc is. */
function symbolsFoundIn(): string {
  const source = `const libc = require('${project}/node_modules/koffi').load(null);
    const has = (name) => { try { libc.func('int ' + name + '(void)'); return true; } catch { return false; } };
    console.log('getpid ' + has('getpid') + ', gnu_get_libc_version ' + has('gnu_get_libc_version'));`;
  const { stdout, stderr, status } = onMusl(['-e', source], 'pipe');
  if (status !== 0) throw new Error(`Bun does not start on musl: ${stderr.trim()}`);
  if (stdout.trim() !== 'getpid true, gnu_get_libc_version false')
    throw new Error(`this is not musl: ${stdout.trim()}`);
  return stdout.trim();
}

function muslVersion(): string {
  const { stderr } = spawnSync(loader, { encoding: 'utf8' });
  return /Version (\S+)/.exec(stderr)?.[1] ?? 'of an unknown version';
}

/** Downloads Bun's musl build once and returns its path. */
function fetchBun(): string {
  const folder = join(cache, `bun-${bunVersion}`);
  const program = join(folder, 'package/bin/bun');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const specifier = `@oven/bun-linux-x64-musl@${bunVersion}`;
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, specifier], { stdio: 'ignore' });
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '';
  execFileSync('tar', ['xzf', join(folder, archive), '-C', folder]);
  return program;
}

/** A folder with the libraries that Bun asks for beside musl. */
function makeLibraries(): string {
  const folder = join(cache, 'libraries');
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  const compile = (name: string, source: string) =>
    execFileSync('musl-gcc', ['-shared', '-fPIC', '-w', '-o', join(draft, name), '-x', 'c', source]);
  for (const name of ['libstdc++.so.6', 'libgcc_s.so.1'])
    cpSync(join('/lib/x86_64-linux-gnu', name), join(draft, name), { dereference: true });
  // Names that they are linked to; musl's loader wants a file for each.
  for (const name of ['libm.so.6', 'libc.so.6', 'ld-linux-x86-64.so.2']) compile(name, '/dev/null');
  compile('libshim.so', join(import.meta.dirname, 'shim.c'));
  symlinkSync(muslLibc, join(draft, 'libc.musl-x86_64.so.1'));
  cpSync(draft, folder, { recursive: true, verbatimSymlinks: true });
  return folder;
}
