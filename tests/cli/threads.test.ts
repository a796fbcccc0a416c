import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocument } from '../../src/results/parse.ts';
import { allowedCpus } from '../../src/system/cpus.ts';
import { mapbench } from '../support/mapbench.ts';

const short = ['run', '--forks', '2', '--time', '20'];

test('threads load side by side, each on its CPU, and the document says what each took', () => {
  const { stdout, status } = mapbench([...short, '-s', 'memfd', '--threads', '1,2', '--format', 'json']);
  const { cases, options } = parseDocument(stdout, 'standard output');
  assert.equal(status, 0);
  assert.deepEqual(options.threads, [1, 2]);
  assert.deepEqual(
    cases.map(({ id, threads }) => [id, threads]),
    [
      ['memfd/pages=4/threads=1', 1],
      ['memfd/pages=4/threads=2', 2],
    ],
  );
  for (const each of cases) {
    assert.ok(each.status === 'measured');
    assert.equal(each.slowdown, undefined);
    for (const { samples, threads } of each.forks) {
      assert.ok(samples.length > 0 && samples.every((sample) => sample > 0));
      assert.equal(threads?.loaders.length, each.threads);
      const cpus = new Set(threads?.loaders.map(({ cpu }) => cpu));
      assert.equal(cpus.size, Math.min(each.threads, allowedCpus().length));
    }
  }
});

test('what loads do to threads that compute is a slowdown with its interval', () => {
  const { stdout, status } = mapbench([
    ...short,
    ...['-s', 'reuse', '--threads', '2', '--background', 'compute', '--format', 'json'],
  ]);
  assert.equal(status, 0);
  const [only] = parseDocument(stdout, 'standard output').cases;
  assert.ok(only?.status === 'measured');
  assert.equal(only.id, 'reuse/pages=4/threads=2/background=compute');
  assert.ok(only.slowdown);
  const { low, point, high } = only.slowdown;
  assert.ok(low <= point && point <= high);
  for (const { threads } of only.forks) {
    assert.equal(threads?.loaders.length, 1);
    assert.ok((threads?.slowdowns.length ?? 0) > 0);
  }
});

test('beside threads that fault no counts are given: they could not be attributed', () => {
  const { stdout } = mapbench([
    ...short,
    ...['-s', 'memfd', '--threads', '2', '--background', 'fault', '--format', 'json'],
  ]);
  const [only] = parseDocument(stdout, 'standard output').cases;
  assert.ok(only?.status === 'measured');
  assert.equal(only.counters, undefined);
  assert.ok(only.slowdown);
});

test('the table of threads shows throughput and efficiency', () => {
  const { stdout, status } = mapbench([...short, '-s', 'memfd', 'reuse', '--threads', '1,2', '--latency']);
  assert.equal(status, 0);
  assert.match(stdout, /threads +loads\/s +of perfect +slowest/);
  assert.match(stdout, /memfd\/threads=2 +[\d.]+ [kM] +\d+ % +\+[\d.]+ %/);
  assert.match(stdout, /reuse\/threads=1 +[\d.]+ [kM] +100 %/);
});

test('more threads than CPUs share them, and the table says so', () => {
  const threads = String(allowedCpus().length + 1);
  const { stdout, status } = mapbench([...short, '-s', 'memfd', '--threads', threads]);
  assert.equal(status, 0);
  assert.match(stdout, /threads share CPUs: memfd/);
});

for (const [parameters, sentence] of [
  [['--background', 'compute'], /--background compute needs --threads/],
  [['--threads', '2', '--engine', 'ffi'], /--threads needs --engine native/],
  [['--threads', '2', '--phases'], /--phases looks at one thread/],
  [['--threads', '2', '--workload', 'tenancy'], /--workload tenancy runs on one thread/],
  [['--threads', '0'], /whole number from 1 to 1024/],
] as const)
  test(`refused: ${parameters.join(' ')}`, () => {
    const { stderr, status } = mapbench(['run', '-s', 'memfd', ...parameters]);
    assert.equal(status, 2);
    assert.match(stderr, sentence);
  });

test('--others is the former name of --background: it works, and says the new one', () => {
  const { status, stdout, stderr } = mapbench([
    ...['run', '-s', 'rwx', '--threads', '2', '--others', 'compute', '--forks', '1', '--time', '5'],
    ...['--format', 'json'],
  ]);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^mapbench: --others is called --background now$/m);
  assert.equal(parseDocument(stdout, 'the run').options.background, 'compute');
  const wrong = mapbench(['run', '-s', 'rwx', '--threads', '2', '--others', 'x']);
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /argument 'x' is invalid/);
});
