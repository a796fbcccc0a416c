import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocument } from '../../src/results/parse.ts';
import { mapbench } from '../support/mapbench.ts';

const short = ['--forks', '2', '--time', '20'];

test('run --phases --latency --counters puts them into the document', () => {
  const { status, stdout, stderr } = mapbench([
    ...['run', '-s', 'naive,memfd', ...short, '--phases', '--latency', '--format', 'json'],
  ]);
  assert.equal(status, 0, stderr);
  const [naive, memfd] = parseDocument(stdout, 'stdout').cases;
  assert.ok(naive?.status === 'measured' && memfd?.status === 'measured');
  assert.deepEqual(
    naive.phases?.steps.map(({ name }) => name),
    ['mmap', 'write_module', 'mprotect', 'execute_module', 'munmap'],
  );
  assert.equal(naive.phases?.writeWindow?.executable, 'no');
  assert.ok((naive.phases?.writeWindow?.share ?? 0) > 0.3 && (naive.phases?.writeWindow?.share ?? 1) < 0.95);
  assert.deepEqual([memfd.phases?.writeWindow?.share, memfd.phases?.writeWindow?.executable], [1, 'alias']);
  assert.ok(naive.latency && naive.latency.counts.length > 10);
  assert.ok((naive.counters?.perIteration?.systemTime ?? 0) > 0);
  assert.ok((naive.counters?.mappings?.after ?? 0) > 10);
});

test('explain puts everything on one screen', () => {
  const { status, stdout, stderr } = mapbench(['explain', 'reuse', ...short]);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^reuse: /);
  assert.ok(stdout.trimEnd().split('\n').length <= 50, stdout);
  assert.doesNotMatch(stdout, /^iteration, measured$/m);
  assert.match(stdout, /^reuse\/pages=4: the steps take /m);
  assert.match(stdout, /^Why$/m);
  assert.match(stdout, /^- An iteration makes 2 system calls: mprotect, mprotect\.$/m);
  assert.match(stdout, /^- It takes 0\.0\d page faults an iteration/m);
  assert.match(stdout, /^- Its code can be written for \d+ % of an iteration/m);
  assert.match(mapbench(['explain', 'reuse', ...short, '--verbose']).stdout, /^iteration, measured$/m);
  assert.equal(mapbench(['explain', 'reus']).status, 2);
});

test('verify checks the catalogue and draws addresses', () => {
  const { status, stdout, stderr } = mapbench(['verify', 'memfd', 'naive', '--draws', '4', '--pages', '2']);
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /^case +fresh code +protections +real changes +nothing left$/m);
  assert.match(stdout, /^memfd\/pages=2 +passes +passes +- +passes$/m);
  assert.match(stdout, /^naive\/pages=2 +passes +passes +passes +passes$/m);
  // Few pages fit into holes that Node's own mappings leave, so that their distance may vary a little.
  assert.match(stdout, /^memfd +code - view +(>= )?\d(\.\d)? bits? +4$/m);
  assert.equal(mapbench(['verify', 'memdf']).status, 2);
});

test('sizes in a range double, and three make a model', () => {
  const { status, stdout } = mapbench([
    'run',
    '-s',
    'rwx',
    '--pages',
    '1..4',
    '--forks',
    '2',
    '--time',
    '20',
  ]);
  assert.equal(status, 0);
  assert.match(stdout, /^rwx: -?\d.* a page \[.*\]; R² /m);
  const mistakes: [string, RegExp][] = [
    ['8..1', /write the smaller size first/],
    ['1..x', /It must be a whole number/],
    ['', /It must be a whole number/],
  ];
  for (const [pages, sentence] of mistakes) {
    const { status, stderr } = mapbench(['run', '-s', 'rwx', '--pages', pages]);
    assert.equal(status, 2);
    assert.match(stderr, sentence);
  }
});

test('the workload that checks itself can be timed', () => {
  const { status, stdout } = mapbench([
    'run',
    '-s',
    'rwx,memfd',
    '--workload',
    'stamp',
    ...short,
    '--format',
    'json',
  ]);
  assert.equal(status, 0);
  assert.deepEqual(
    parseDocument(stdout, 'stdout').cases.map(({ id, workload }) => [id, workload]),
    [
      ['rwx/pages=4/workload=stamp', 'stamp'],
      ['memfd/pages=4/workload=stamp', 'stamp'],
    ],
  );
});

test('phases and latency are refused where no loop could tell them', () => {
  for (const option of ['--phases', '--latency']) {
    const { status, stderr } = mapbench(['run', '-s', 'rwx', '--engine', 'ffi', option]);
    assert.equal(status, 2);
    assert.match(stderr, new RegExp(`^mapbench: ${option} needs --engine native: `));
  }
});
