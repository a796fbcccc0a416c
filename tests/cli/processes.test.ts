import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocument } from '../../src/results/parse.ts';
import { allowedCpus } from '../../src/system/cpus.ts';
import { callMapbench } from '../support/in-process.ts';
import { mapbench } from '../support/mapbench.ts';

const short = ['run', '--forks', '2', '--time', '20'];

function measured(options: readonly string[]) {
  const { stdout, stderr, status } = mapbench([...short, ...options, '--format', 'json']);
  assert.equal(status, 0, stderr);
  const document = parseDocument(stdout, 'standard output');
  return {
    options: document.options,
    cases: document.cases.map((each) => {
      assert.ok(each.status === 'measured');
      return each;
    }),
  };
}

test('processes load side by side, each on its CPU, and the document says what each took', () => {
  const { cases, options } = measured(['-s', 'memfd', '--processes', '1,2']);
  assert.deepEqual(options.processes, [1, 2]);
  assert.deepEqual(
    cases.map(({ id, processes, threads }) => [id, processes, threads]),
    [
      ['memfd/pages=4/processes=1', 1, 1],
      ['memfd/pages=4/processes=2', 2, 1],
    ],
  );
  for (const { forks, processes = 0 } of cases) {
    for (const { samples, threads } of forks) {
      assert.ok(samples.length > 0 && samples.every((sample) => sample > 0));
      assert.equal(threads?.loaders.length, processes);
      const cpus = new Set(threads?.loaders.map(({ cpu }) => cpu));
      assert.equal(cpus.size, Math.min(processes, allowedCpus().length));
    }
  }
});

test('processes share no address space: their loads flush no other CPU, as those of threads do', () => {
  const shootdownsOf = (option: '--threads' | '--processes') =>
    measured(['-s', 'reuse', option, '2']).cases[0]?.counters?.perIteration?.tlbShootdowns ?? 0;
  const [threads, processes] = [shootdownsOf('--threads'), shootdownsOf('--processes')];
  // On one CPU neither does.
  if (allowedCpus().length > 1) assert.ok(threads > 0.1, `${threads} a load`);
  assert.ok(processes < 0.05, `${processes} a load`);
});

test('each process loads a workload whose results are checked, and takes the faults of its own loads', () => {
  const { cases } = measured(['-s', 'naive', '--workload', 'stamp', '--processes', '2']);
  const faults = cases[0]?.counters?.minorFaultsPerIteration ?? 0;
  assert.ok(faults > 3.9 && faults < 4.5, `${faults} faults a load of 4 pages`);
});

test('the table tells what processes get done together', () => {
  const { stdout, status } = mapbench([...short, '-s', 'memfd', '--processes', '1,3']);
  assert.equal(status, 0);
  assert.match(stdout, /^strategy +processes +time\/iteration/m);
  assert.match(stdout, /^processes +loads\/s +of perfect/m);
  assert.match(stdout, /loads\/s: of all loading processes together/);
  if (allowedCpus().length < 3) assert.match(stdout, /processes share CPUs: memfd\/processes=3/);
});

test('gates name a number of processes', () => {
  const gate = 'memfd[processes=2] < 1000 * memfd[processes=1]';
  const { status, stdout, stderr } = mapbench([
    ...short,
    '-s',
    'memfd',
    '--processes',
    '1,2',
    '--assert',
    gate,
  ]);
  assert.equal(status, 0, stdout + stderr);
});

for (const [options, message] of [
  [['--threads', '2'], '--processes and --threads do not go together: measure one after the other'],
  [['--phases'], '--phases looks at one process; leave --processes out'],
  [['--latency'], '--latency looks at one process; leave --processes out'],
  [['--engine', 'ffi'], '--processes needs --engine native: a process with a Node.js has threads of its own'],
  [['--workload', 'cold'], '--workload cold runs in one process; leave --processes out'],
] as const) {
  test(`--processes with ${options.join(' ')} is refused`, async () => {
    const { status, stderr } = await callMapbench(['run', '-s', 'reuse', '--processes', '2', ...options]);
    assert.equal(status, 2);
    assert.equal(stderr, `mapbench: ${message}\n`);
  });
}

test('a strategy that a policy forbids is not available, in several processes as in one', () => {
  const { status, stdout, stderr } = mapbench([
    ...short,
    ...['-s', 'reuse', '--processes', '2', '--policy', 'mdwe'],
  ]);
  assert.equal(status, 4, stdout + stderr);
  assert.match(stdout + stderr, /^reuse: unavailable: mprotect: EACCES/m);
});
