import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { layouts } from '../../src/program/names.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import type { Strategy } from '../../src/strategies/strategy.ts';
import { cannotRun } from '../support/host.ts';
import { callMapbench } from '../support/in-process.ts';
import { withHugePages } from '../support/mapbench.ts';
import { lacking } from '../support/tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapbench-c-'));
const restore = withHugePages();
after(() => {
  rmSync(folder, { recursive: true });
  restore?.();
});

/** The C is compiled by what users compile it with. */
const skip = lacking('cc');

function run(command: string, parameters: string[]) {
  const { error, status, stdout, stderr } = spawnSync(command, parameters, { encoding: 'utf8' });
  assert.equal(error, undefined);
  return { status, stdout, stderr };
}

/**
 * Prints a strategy as C, compiles it in both ways without a warning, and runs it for three short batches.
 */
async function compileAndRun(strategy: Strategy, options: readonly string[]): Promise<void> {
  const { name } = strategy;
  const [source, program] = [join(folder, `${name}.c`), join(folder, name)];
  const shown = await callMapbench(['show', name, '--lang', 'c', '--pages', '3', ...options]);
  assert.equal(shown.status, 0, shown.stderr);
  writeFileSync(source, shown.stdout);
  // What is run is built last.
  for (const flags of [['-std=c11', '-Wextra', '-c'], ['-DLIBC']]) {
    const built = run('cc', [...flags, '-O2', '-Wall', '-Werror', source, '-o', program]);
    assert.equal(built.status, 0, built.stderr);
  }
  if (cannotRun(strategy, restore)) return;
  const { status, stdout, stderr } = run(program, ['0', '1', '3']);
  assert.equal(status, 0, stderr);
  assert.match(
    stdout,
    new RegExp(`^${name}: [\\d.]+ ns/iteration \\(median of 3 batches of \\d+ iterations\\)\n$`),
  );
}

for (const strategy of catalogue) {
  // The layouts' functions are the same for all; the article's strategies use every one.
  const used = strategy.group === 'article' ? layouts : (['guarded'] as const);
  test(`${strategy.name} as C builds without a warning and prints its time: ${used.join(', ')}`, {
    skip,
  }, async () => {
    for (const layout of used) await compileAndRun(strategy, ['--layout', layout]);
  });
}

const checkedWorkloads = [
  ['stamp'],
  ['module', '--call', 'all'],
  ['reloc', '--call', '10%'],
  ['patch', '--patches', '8'],
  ['tenancy', '--modules', '20'],
  ['cold'],
  ['footprint', '--pages', '64'],
];

/** One of each way in which a module is written and mapped. */
const written = [
  'naive',
  'memfd',
  'memfd_pwrite',
  'procmem',
  'memfd_oop',
  'reuse_batch',
  'image_ro',
  'uffd_copy',
  'lazy_fault',
];

for (const [workload = '', ...parameters] of checkedWorkloads) {
  for (const strategy of catalogue.filter(({ name }) => written.includes(name))) {
    test(`${strategy.name} as C runs ${workload}, and checks what it ran`, { skip }, async (t) => {
      const options = ['--workload', workload, ...parameters];
      const { status, stderr } = await callMapbench(['show', strategy.name, ...options]);
      if (status === 2) return t.skip(stderr.trim());
      await compileAndRun(strategy, options);
    });
  }
}

test('a C program that runs stale code says so', { skip }, async () => {
  // The writer writes into a file of its own.
  const shown = await callMapbench(['show', 'memfd', '--lang', 'c', '--workload', 'module']);
  const source = shown.stdout.replace(
    'PROT_WRITE, MAP_SHARED, fd, 0)',
    'PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0)',
  );
  const broken = source.replace(
    'static void setup(void)\n{',
    'static void setup(void)\n{\n    first_iteration = 5;',
  );
  const [file, program] = [join(folder, 'stale.c'), join(folder, 'stale')];
  // What is in the file before is an image that is never replaced.
  writeFileSync(
    file,
    broken.replace(
      /(view = mmap[^\n]*\n)/,
      '$1    if (write(fd, sources[0].image, 16384) != 16384) fail(0, "write");\n',
    ),
  );
  assert.equal(run('cc', ['-O2', file, '-o', program]).status, 0);
  const { status, stderr } = run(program, ['0', '1', '3']);
  assert.equal(status, 1);
  assert.match(stderr, /^memfd: \d+ of \d+ results were not those of the code that was loaded\n$/);
});

test('the C program says which call failed', { skip }, async () => {
  const shown = await callMapbench(['show', 'memfd', '--lang', 'c']);
  const source = shown.stdout.replace('ftruncate(fd, 16384)', 'ftruncate(-1, 16384)');
  const [file, program] = [join(folder, 'failing.c'), join(folder, 'failing')];
  writeFileSync(file, source);
  assert.equal(run('cc', ['-O2', file, '-o', program]).status, 0);
  const { status, stderr } = run(program, []);
  assert.equal(status, 1);
  assert.equal(stderr, 'memfd: ftruncate: Bad file descriptor in step 2\n');
});
