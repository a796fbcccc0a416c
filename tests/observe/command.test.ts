import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadObservation } from '../../src/observe/observation.ts';
import { mapbench, startMapbench } from '../support/mapbench.ts';
import { lacking } from '../support/tools.ts';

const catalogue = join(import.meta.dirname, '../../results/xeon-firecracker-6.18-2026-11-catalogue.json');
const folder = mkdtempSync(join(tmpdir(), 'mapbench-observe-command-'));
after(() => rmSync(folder, { recursive: true }));

/** Flips 4 pages every 5 ms, so often; says so, and exits with 7. */
const flipper = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    char *code = mmap(NULL, 16384, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    puts("begun");
    fflush(stdout);
    for (int i = 0; i < atoi(argv[1]); i++) {
        mprotect(code, 16384, PROT_READ | PROT_WRITE);
        memset(code, 0xc3, 16384);
        mprotect(code, 16384, PROT_READ | PROT_EXEC);
        usleep(5000);
    }
    puts("done");
    return argc > 2 ? atoi(argv[2]) : 7;
}`;
const program = join(folder, 'flipper');

const skip = lacking('cc', 'strace');
if (!skip) {
  writeFileSync(`${program}.c`, flipper);
  const { status, stderr } = spawnSync('cc', ['-O1', `${program}.c`, '-o', program], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

const observe = (...parameters: readonly string[]) =>
  mapbench(['observe', '--tracer', 'strace', ...parameters]);
/** A report in one line. */
const flat = (text: string) => text.replaceAll(/\n */g, ' ');

test('a command: its output is its own, the report is on standard error, its status is passed on', {
  skip,
}, () => {
  const file = join(folder, 'flips.json');
  const { status, stdout, stderr } = observe('--no-cost', '--baseline', '-o', file, '--', program, '40');
  assert.equal(status, 7);
  assert.equal(stdout, 'begun\ndone\n');
  const report = flat(stderr);
  assert.match(
    report,
    / s under strace [\d.]+, [\d.]+x of the [\d.]+ s without it; 1 thread; \d+ calls traced/,
  );
  assert.match(report, /private memory +1 +16 KiB +40 +\d+[\d.]* +16 KiB +1 +reuse \(or 1 more\)/);
  assert.match(report, /each load is mprotect rw-, mprotect r-x, after mmap ---; mprotect 80, mmap 1/);
  assert.match(
    report,
    /is reuse or reuse_batch: they make the same calls; as mprotect\(0x[0-9a-f]+, 16384, PROT_READ \| PROT_WRITE\)/,
  );
  assert.match(report, /the command exited with 7/);
  const { regions, command, status: ended, baseline, loader } = loadObservation(file);
  assert.deepEqual(command, [program, '40']);
  assert.deepEqual([ended, regions.length, regions[0]?.loads], [7, 1, 40]);
  assert.ok(baseline !== undefined && regions[0] !== undefined && loader.files > 0);
  assert.ok(Math.abs(regions[0].loadsPerSecond - 40 / baseline) < 1e-6);
});

test('loads are priced by a document, and advise takes what was observed', { skip }, () => {
  const file = join(folder, 'priced.json');
  const { status, stderr } = observe('--from', catalogue, '-o', file, '--', program, '40', '0');
  assert.equal(status, 0, stderr);
  assert.match(
    flat(stderr),
    /1 costs [\d.]+\/s × [\d.]+ µs = \S+ % of one CPU \(reuse\/pages=4 in \S+\); as many loads by memfd\w* \S+ % of one CPU, \w+ \S+ % of one CPU/,
  );
  const advice = mapbench(['advise', catalogue, '--observed', file, '--no-sketch']);
  assert.equal(advice.status, 0, advice.stderr);
  assert.match(flat(advice.stdout), /\d+ loads\/s × [\d.]+ ns = \S+ % of one CPU, on 1 thread: enough/);
  assert.match(flat(advice.stdout), /observed reuse or reuse_batch: \d+ loads\/s of 16384 bytes by 1 thread/);
  const other = mapbench(['advise', catalogue, '--observed', file, '--loads-per-second', '5', '--no-sketch']);
  assert.match(other.stdout, /- 5 loads\/s/);
});

test('without a document a few strategies are measured shortly', { skip }, () => {
  const { status, stderr } = observe('--', program, '20', '0');
  assert.equal(status, 0);
  assert.match(flat(stderr), /\(reuse\/pages=4 in this run\); as many loads by/);
});

test('a process that runs already, for a time', { skip }, async () => {
  const child = spawn(program, ['4000'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const { status, stderr } = observe('--no-cost', '--pid', String(child.pid), '--time', '500ms');
    assert.equal(status, 0, stderr);
    assert.match(flat(stderr), /reuse \(or 1 more\).*after mapped before/);
    assert.equal(child.exitCode, null, 'it goes on');
  } finally {
    child.kill('SIGKILL');
  }
});

test('an interrupt ends the observation, and what there is is printed', { skip }, async () => {
  const file = join(folder, 'interrupted.json');
  const { child, output, ended } = startMapbench([
    ...['observe', '--tracer', 'strace', '--no-cost', '-o', file, '--', program, '4000'],
  ]);
  await new Promise<void>((resolve) => {
    child.stdout.on('data', () => resolve());
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill('SIGINT');
  assert.equal(await ended, 130);
  assert.match(output.stderr, /reuse \(or 1 more\)/);
  assert.ok((loadObservation(file).regions[0]?.loads ?? 0) > 0);
});

test('a program that generates no code', { skip }, () => {
  const { status, stderr } = observe('--', 'true');
  assert.equal(status, 0);
  assert.match(
    flat(stderr),
    /No memory became executable but what a loader mapped.*not counted: \d+ executable mappings? of/,
  );
});

test('Node.js, with and without generated code', { skip }, () => {
  const program = 'let s = 0; for (let i = 0; i < 3e6; i++) s += i % 7; process.stdout.write(String(s))';
  const seen = (...words: readonly string[]) => {
    const file = join(folder, 'node.json');
    const { status, stderr } = observe(
      '--no-cost',
      '-o',
      file,
      '--',
      process.execPath,
      ...words,
      '-e',
      program,
    );
    assert.equal(status, 0, stderr);
    return loadObservation(file).regions;
  };
  const [region] = seen();
  assert.ok(region !== undefined && region.strategies.length + (region.nearest ? 1 : 0) > 0);
  assert.deepEqual(seen('--jitless'), []);
});

for (const [parameters, code, sentence] of [
  [['--', 'no-such-command'], 2, /no-such-command: there is no such command in PATH/],
  [['--', '/etc/passwd'], 2, /\/etc\/passwd: it is not executable/],
  [['--', '/no/such'], 2, /\/no\/such: there is no such command/],
  [['--pid', '4194304'], 2, /there is no such process/],
  [['--pid', '1', '--', 'true'], 2, /give one of them/],
  [['--pid', '1', '--baseline'], 2, /--baseline runs a command/],
  [['--time', '1s', '--', 'true'], 2, /--time is for --pid/],
  [[], 2, /observe needs a command/],
  [['--from', '/no/such.json', '--', 'true'], 2, /no\/such\.json: cannot read: there is no such file/],
  [['-o', '/no/such/folder/x', '--', 'true'], 2, /cannot write/],
] as const)
  test(`refused: observe ${parameters.join(' ')}`, { skip }, () => {
    const { stderr, status, stdout } = observe(...parameters);
    assert.equal(status, code);
    assert.match(stderr, sentence);
    assert.equal(stdout, '');
  });

test('without a tracer: its name and the way to it', () => {
  const empty = mkdtempSync(join(folder, 'path-'));
  symlinkSync('/bin/true', join(empty, 'true'));
  const { status, stderr } = mapbench(['observe', '--', 'true'], { PATH: empty });
  assert.equal(status, 4);
  assert.match(
    stderr,
    /^mapbench: perf is not installed, and strace is not installed: apt-get install strace/,
  );
});

test('where ptrace is refused, one sentence says so, before the command has done anything', { skip }, () => {
  const underFilter = join(import.meta.dirname, '../support/under-filter.ts');
  const refusal = JSON.stringify({ number: process.arch === 'x64' ? 101 : 117, args: {}, errno: 1 });
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', underFilter, refusal, 'observe', '--tracer', 'strace', '--', 'echo', 'begun'],
    { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } },
  );
  assert.equal(status, 4, stderr);
  assert.match(stderr, /strace may not trace here \(.*\); in a container, give it --cap-add SYS_PTRACE/);
  assert.equal(stdout, '');
});

test('an observation of another format is refused', () => {
  const file = join(folder, 'other.json');
  writeFileSync(file, '{"schema":"mapbench-observation/9"}');
  const { status, stderr } = mapbench(['advise', catalogue, '--observed', file]);
  assert.equal(status, 2);
  assert.match(stderr, /other\.json: /);
});
