/** Allocators in shared objects, as users bring them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readElf } from '../../src/system/elf-file.ts';
import { callMapbench } from '../support/in-process.ts';
import { mapbench } from '../support/mapbench.ts';
import { lacking } from '../support/tools.ts';

const skip = lacking('cc');
const folder = mkdtempSync(join(tmpdir(), 'mapbench-allocators-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const examples = join(import.meta.dirname, '../../examples/allocators');

/** Builds a shared object and returns its path. */
function built(name: string, source = join(examples, `${name}.c`)): string {
  const file = join(folder, `${name}.so`);
  const flags = ['-O2', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', `-I${examples}`];
  const { status, stderr } = spawnSync('cc', [...flags, source, '-o', file], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return file;
}

/** The same from what its functions do. */
function builtOf(name: string, load: string, more = ''): string {
  const source = join(folder, `${name}.c`);
  writeFileSync(
    source,
    `#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "mapbench.h"
${more}
void *mapbench_open(size_t bytes)
{
    return mmap(NULL, bytes, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
void *mapbench_load(void *allocator, const struct mapbench_module *module) { (void)allocator, (void)module; ${load} }
void mapbench_close(void *allocator) { (void)allocator; }
`,
  );
  return built(name, source);
}

const short = ['--forks', '2', '--time', '5', '--format', 'json'];

interface Measured {
  readonly strategy: string;
  readonly status: string;
  readonly reason?: string;
  readonly wx: string;
  readonly threads: number;
}

function casesOf(parameters: readonly string[]): Measured[] {
  const { stdout, stderr } = mapbench(['run', ...short, ...parameters]);
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout).cases;
}

for (const workload of [
  ['stamp'],
  ['module'],
  ['reloc'],
  ['cold'],
  ['tenancy', '--modules', '20'],
  ['footprint', '--pages', '64'],
])
  test(`the examples run what was loaded: ${workload[0]}`, { skip }, () => {
    const files = [built('dual'), built('flip')].join(',');
    const cases = casesOf(['-s', files, '--workload', ...workload]);
    assert.deepEqual(
      cases.map(({ strategy, status, wx }) => `${strategy} ${status} ${wx}`),
      ['dual measured unknown', 'flip measured unknown'],
    );
  });

test('threads are started by the C library, and each has an allocator of its own', { skip }, () => {
  const cases = casesOf(['-s', built('dual'), '--workload', 'stamp', '--threads', '1,3', '--latency']);
  assert.deepEqual(
    cases.map(({ status, threads }) => `${status} ${threads}`),
    ['measured 1', 'measured 3'],
  );
});

test('verify: fresh code, how it is mapped, and that everything is given back', { skip }, () => {
  const rwx = builtOf('mine', 'module->write(module, allocator, allocator); return allocator;');
  const parameters = [built('dual'), built('flip'), rwx, '--draws', '0', '--verbose'];
  const stdout = mapbench(['verify', ...parameters]).stdout.replaceAll(/\s+/g, ' ');
  assert.match(stdout, /dual\/pages=4\/layout=kernel: protections: code is r-x after mapbench_load /);
  assert.match(stdout, /flip\/pages=4\/layout=kernel: protections: code is r-x after mapbench_load /);
  assert.match(
    stdout,
    /mine\/pages=4\/layout=kernel: protections: code is rwx after mapbench_load: writable and executable at once/,
  );
  // It never unmaps.
  assert.match(stdout, /mine\/pages=4\/layout=kernel +passes +passes +- +FAILS/);
});

test('two shared objects with functions of one name are not mixed up', { skip }, () => {
  const helper = (value: number) => `long helper(void);\nlong helper(void) { return ${value}; }`;
  const load = (value: number) =>
    `if (helper() != ${value}) return NULL; module->write(module, allocator, allocator); return allocator;`;
  const files = [1, 2].map((value) => builtOf(`helper${value}`, load(value), helper(value)));
  const { stdout, status } = mapbench([
    'ab',
    `-s ${files[0]} --workload stamp`,
    `-s ${files[1]} --workload stamp`,
    '--duration',
    '2',
  ]);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /^A {2}helper1.*^B {2}helper2/ms);
});

const wrong: readonly [name: string, load: string, reason: RegExp][] = [
  [
    'null',
    'errno = ENOMEM; return NULL;',
    /^mapbench_load: ENOMEM .* in step 2: the shared object returned NULL with this errno$/,
  ],
  [
    'crash',
    'void **volatile nowhere = (void **)16; return *nowhere;',
    /^killed by SIGSEGV \(signal 11\) in crash\.so$/,
  ],
  [
    'nothing',
    'memset(allocator, 0xc3, 1); return (char *)allocator + 16;',
    /^\d+ of \d+ results were not those of the code|in what mapbench_load returned: it is not the module's code, or cannot be run$/,
  ],
  [
    'data',
    'static char data[65536]; module->write(module, data, data); return data;',
    /in what mapbench_load returned: it is not the module's code, or cannot be run$/,
  ],
  [
    'old',
    'if (((char *)allocator)[100]++ == 0) module->write(module, allocator, allocator); return allocator;',
    /^\d+ of \d+ results were not those of the code that had been loaded$/,
  ],
];

for (const [name, load, reason] of wrong)
  test(`a wrong one gets a sentence, and the others are measured: ${name}`, { skip }, () => {
    const [first, second] = casesOf(['-s', `${builtOf(name, load)},rwx`, '--workload', 'stamp']);
    assert.match(first?.reason ?? '', reason);
    assert.equal(second?.status, 'measured');
  });

test('what is no allocator is refused before anything is measured', { skip }, async () => {
  const source = join(folder, 'half.c');
  writeFileSync(source, 'void *mapbench_open(unsigned long bytes) { return (void *)bytes; }\n');
  const text = join(folder, 'text.so');
  writeFileSync(text, 'text\n');
  const refused: readonly [file: string, reason: RegExp][] = [
    [built('half', source), /half\.so has no function mapbench_load, mapbench_close; .* as in examples/],
    [text, /text\.so is no ELF file of 64 bits; build it with cc -shared -fPIC/],
    [join(folder, 'none.so'), /none\.so/],
  ];
  for (const [file, reason] of refused) {
    const { status, stderr } = await callMapbench(['run', '-s', file]);
    assert.equal(status, 2, stderr);
    assert.match(stderr, reason);
  }
  const undefinedSymbol = builtOf('undefined', 'return nowhere();', 'extern void *nowhere(void);');
  const [unloaded] = casesOf(['-s', undefinedSymbol]);
  assert.match(unloaded?.reason ?? '', /^undefined\.so cannot be loaded: .*undefined symbol: nowhere$/);
  const shown = await callMapbench(['show', built('dual'), '--lang', 'c']);
  assert.match(shown.stderr, /--lang c is of strategies whose steps mapbench knows; dual is a shared object/);
  const [ffi] = casesOf(['-s', built('dual'), '--engine', 'ffi']);
  assert.match(ffi?.reason ?? '', /--engine native$/);
});

test('an ELF file is read: what loads it, what it needs, what it gives', { skip }, () => {
  const node = readElf(process.execPath);
  assert.match(node.interpreter ?? '', /^\/.*ld-/);
  assert.ok(node.needed.some((name) => name.startsWith('libc.')));
  const { functions, isShared, architecture } = readElf(built('dual'));
  assert.deepEqual([isShared, architecture], [true, process.arch]);
  assert.ok(functions.includes('mapbench_load') && !functions.includes('malloc'));
});
