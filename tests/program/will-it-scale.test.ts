import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { cannotRun } from '../support/host.ts';
import { callMapbench } from '../support/in-process.ts';
import { withHugePages } from '../support/mapbench.ts';
import { lacking } from '../support/tools.ts';

/**
 * What a testcase is linked with, with the interface that will-it-scale's main.c declares: tasks that begin
 * together, and are killed (processes) or cancelled at any place (threads) after a while.
 */
const harness = `#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char *testcase_description;
extern void __attribute__((weak)) testcase_prepare(unsigned long nr_tasks) { (void)nr_tasks; }
extern void __attribute__((weak)) testcase_cleanup(void) { }
extern void *testcase(unsigned long long *iterations, unsigned long nr);

static volatile unsigned long long (*counts)[32];

static void *run(void *nr)
{
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    return testcase((unsigned long long *)counts[(long)nr], (long)nr);
}

int main(int argc, char **argv)
{
    int is_threads = argc > 1 && strcmp(argv[1], "threads") == 0, tasks = atoi(argv[2]);
    pthread_t threads[tasks];
    pid_t pids[tasks];
    counts = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    testcase_prepare(tasks);
    for (long nr = 0; nr < tasks; nr++) {
        if (is_threads) pthread_create(&threads[nr], NULL, run, (void *)nr);
        else if ((pids[nr] = fork()) == 0) run((void *)nr);
    }
    for (int nr = 0, waits = 0; nr < tasks && waits < 10000; waits++) {
        if (counts[nr][0] > 0) nr++;
        else usleep(1000);
    }
    usleep(10000);
    int have_ended = 0;
    for (int nr = 0; nr < tasks; nr++)
        if (!is_threads && waitpid(pids[nr], NULL, WNOHANG) != 0) have_ended = 1;
    printf("%s\\n", testcase_description);
    for (int nr = 0; nr < tasks; nr++) printf("%llu\\n", counts[nr][0]);
    for (int nr = 0; nr < tasks; nr++) {
        if (is_threads) pthread_cancel(threads[nr]), pthread_join(threads[nr], NULL);
        else kill(pids[nr], SIGTERM), waitpid(pids[nr], NULL, 0);
    }
    testcase_cleanup();
    return have_ended;
}
`;

const folder = mkdtempSync(join(tmpdir(), 'mapbench-will-it-scale-'));
const restore = withHugePages();
after(() => {
  rmSync(folder, { recursive: true });
  restore?.();
});

const skip = lacking('cc');

const compiled = new Map<string, string>();

function compile(name: string, source: string, flags: readonly string[]): string {
  const [file, object] = [join(folder, `${name}.c`), join(folder, `${name}.o`)];
  writeFileSync(file, source);
  const built = spawnSync('cc', [...flags, '-c', file, '-o', object], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
  return object;
}

/** Prints a strategy as a testcase and builds it as will-it-scale does, with more warnings. */
async function build(strategy: string, options: readonly string[] = []): Promise<string> {
  const shown = await callMapbench(['show', strategy, '--lang', 'will-it-scale', '--pages', '3', ...options]);
  assert.equal(shown.status, 0, shown.stderr);
  const main = compiled.get('main') ?? compile('main', harness, ['-O2']);
  compiled.set('main', main);
  const object = compile(`${strategy}1`, shown.stdout, ['-Wall', '-Wextra', '-Werror', '-O2', '-g']);
  const program = join(folder, strategy);
  const linked = spawnSync('cc', [main, object, '-pthread', '-o', program], { encoding: 'utf8' });
  assert.equal(linked.status, 0, linked.stderr);
  return program;
}

function run(program: string, mode: 'processes' | 'threads', tasks: number) {
  const { status, stdout, stderr } = spawnSync(program, [mode, String(tasks)], { encoding: 'utf8' });
  const [description = '', ...counts] = stdout.trim().split('\n');
  return { status, stderr, description, counts: counts.map(Number) };
}

function assertRuns(program: string, strategy: string): void {
  for (const mode of ['processes', 'threads'] as const) {
    const { status, stderr, description, counts } = run(program, mode, 2);
    assert.equal(status, 0, `${mode}: ${stderr}`);
    assert.equal(stderr, '');
    assert.match(description, new RegExp(`^${strategy}, [^:]+, 3 pages$`));
    assert.equal(counts.length, 2);
    assert.ok(
      counts.every((count) => count > 0),
      `${mode}, loads of each task: ${counts}`,
    );
  }
}

for (const strategy of catalogue) {
  test(`${strategy.name} builds as a testcase without a warning, and loads in processes and threads`, {
    skip,
  }, async () => {
    const program = await build(strategy.name);
    if (!cannotRun(strategy, restore)) assertRuns(program, strategy.name);
  });
}

for (const [workload = '', ...parameters] of [
  ['stamp'],
  ['reloc', '--call', '10%'],
  ['patch', '--patches', '8'],
  ['tenancy', '--modules', '20'],
  ['cold'],
]) {
  for (const strategy of ['reuse', 'memfd', 'memfd_pwrite']) {
    test(`a testcase of ${strategy} loads ${workload}, and checks what it ran`, { skip }, async () => {
      assertRuns(await build(strategy, ['--workload', workload, ...parameters]), strategy);
    });
  }
}

test('an operation is one load', { skip }, async () => {
  const shown = await callMapbench(['show', 'reuse_batch', '--lang', 'will-it-scale']);
  const writes = shown.stdout.match(/^ {8}write_module\(/gm)?.length;
  assert.match(shown.stdout, new RegExp(`^ {8}\\(\\*iterations\\) \\+= ${writes};$`, 'm'));
});

test('a testcase that runs stale code ends and says so', { skip }, async () => {
  const shown = await callMapbench(['show', 'memfd', '--lang', 'will-it-scale', '--workload', 'stamp']);
  const broken = shown.stdout.replace('PROT_WRITE, MAP_SHARED, fd, 0)', 'PROT_WRITE, MAP_PRIVATE, fd, 0)');
  assert.notEqual(broken, shown.stdout);
  const main = compiled.get('main') ?? compile('main', harness, ['-O2']);
  // The file holds code, though not that of a load.
  const filled = broken.replace(
    /(\n {4}if \(ftruncate[^\n]*)/,
    '$1\n    for (long page = 0; page < pages; page++)\n        if (pwrite(fd, "\\xb8\\x07\\x00\\x00\\x00\\xc3", 6, page * PAGE_SIZE) != 6) fail(0, "pwrite");',
  );
  const program = join(folder, 'stale');
  const object = compile('stale', filled, ['-O2']);
  assert.equal(spawnSync('cc', [main, object, '-pthread', '-o', program]).status, 0);
  const { status, stderr } = run(program, 'processes', 1);
  assert.equal(status, 1);
  assert.equal(stderr, 'a result was not that of the code that was loaded\n');
});
