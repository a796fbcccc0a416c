import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseDocument } from '../../src/results/parse.ts';
import { mapbench } from '../support/mapbench.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapbench-runs-'));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);
const short = ['-s', 'memfd,rwx', '--forks', '2', '--time', '5'];

const recorded = join(import.meta.dirname, '../../results/xeon-firecracker-6.18-2026-11.json');

/** Copies of a recorded run, an hour apart, each slower as a whole by its factor. */
function runsOf(name: string, factors: readonly number[], from = 0): string[] {
  return factors.map((factor, index) => {
    const document = parseDocument(readFileSync(recorded, 'utf8'), recorded);
    for (const each of document.cases)
      for (const fork of each.forks) fork.samples = fork.samples.map((sample) => sample * factor);
    document.createdAt = new Date(Date.UTC(2026, 10, 1) + (from + index) * 3_600_000).toISOString();
    const path = file(`${name}-${index + 1}.json`);
    writeFileSync(path, JSON.stringify(document));
    return path;
  });
}

const level = [1, 1.03, 0.97, 1.02, 0.98];
const old = runsOf('base', level);
const alike = runsOf('pr', [1.01, 0.98, 1.02, 0.97, 1.03], 5);
const slower = runsOf('slow', [1.4, 1.45, 1.37, 1.43, 1.38], 5);

test('several runs a side are compared with the run as the unit', () => {
  const { stdout, status, stderr } = mapbench(['compare', '--old', ...old, '--new', file('pr-*.json')]);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /standard deviation between runs [\d.]+ %, between forks [\d.]+ %/);
  assert.match(stdout, /^5 runs against 5; unit of intervals and tests: the run$/m);
  assert.doesNotMatch(stdout, /has regressed/);
  const found = mapbench(['compare', '--old', ...old, '--new', ...slower, '--fail-on', 'regression']);
  assert.equal(found.status, 3);
  assert.match(found.stdout, /Performance has regressed/);
});

test('what is not excluded fails where that was asked for', () => {
  const compare = (size: string) =>
    mapbench(['compare', '--old', ...old, '--new', ...alike, '--fail-on', `regression,inconclusive=${size}`]);
  assert.equal(compare('50%').status, 0);
  const { status, stdout, stderr } = compare('1%');
  assert.equal(status, 3);
  assert.match(
    stderr,
    /^mapbench: --fail-on regression,inconclusive=1%: memfd\/pages=4: a slowdown of [\d.]+ % is not excluded$/m,
  );
  assert.match(stdout, /Inconclusive: a change of [\d.]+ % is possible/);
});

test('the two sides are named whole, or refused', () => {
  for (const [args, sentence] of [
    [['--old', ...old], /--new is missing: name the runs of both sides/],
    [
      ['x.json', '--old', ...old, '--new', ...alike],
      /x\.json: with --old and --new all documents are named by these/,
    ],
    [[], /compare needs two documents, or --old and --new/],
    [['--old', file('none-*.json'), '--new', ...alike], /none-\*\.json: there is no such file/],
    [[...old.slice(0, 2), '--fail-on', 'inconclusive'], /must be regression or regression,inconclusive=10%/],
  ] as const) {
    const { status, stderr } = mapbench(['compare', ...args]);
    assert.equal(status, 2, stderr);
    assert.match(stderr, sentence);
  }
});

test('run --runs keeps a document a run, with its label, and prints one table over runs', () => {
  const history = file('history');
  const { stdout, stderr, status } = mapbench([
    ...['run', ...short, '--runs', '3', '--spread', '1s', '--label', 'patch=v2', '--record', history],
    ...['-o', file('x.json')],
  ]);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^mapbench: run 3 of 3$/m);
  assert.match(stdout, /3 runs of 2 forks,/);
  assert.match(stdout, /^between runs: a standard deviation of /m);
  const documents = [1, 2, 3].map((run) =>
    parseDocument(readFileSync(file(`x-${run}.json`), 'utf8'), `${run}`),
  );
  assert.deepEqual(
    documents.map(({ labels }) => labels),
    [{ patch: 'v2' }, { patch: 'v2' }, { patch: 'v2' }],
  );
  const times = documents.map(({ createdAt }) => Date.parse(createdAt));
  assert.ok((times[2] ?? 0) - (times[0] ?? 0) >= 900);
  assert.equal(new Set(documents.map(({ options }) => options.seed)).size, 3);
  assert.equal(readdirSync(history).length, 3);
});

test('a run is held against the level of the history, and refused where that has too few runs', () => {
  const args = ['run', ...short, '--label', 'patch=v3', '--baseline', `history=${file('history')}`];
  const { stdout, stderr, status } = mapbench(args);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^mapbench: label patch: v2 against v3$/m);
  assert.match(stdout, /^3 runs against 1; unit of intervals and tests: the run$/m);
  const other = mapbench([...args, '--layout', 'merged']);
  assert.equal(other.status, 2);
  assert.match(
    other.stderr,
    /history has 0 runs that this one can be held against \(3 more are of another host, kernel, setting or case\), and 3 are needed/,
  );
});

test('one run a side says what it does not know', () => {
  const { stdout } = mapbench(['compare', old[0] ?? '', alike[0] ?? '']);
  assert.match(stdout, /^one run a side: what differs from run to run is not known/m);
});

test('--why names what moved with a change', () => {
  const document = parseDocument(readFileSync(recorded, 'utf8'), recorded);
  const slow = parseDocument(readFileSync(slower[0] ?? '', 'utf8'), '');
  writeFileSync(file('slow.json'), JSON.stringify({ ...slow, options: { ...document.options, cpu: 0 } }));
  const { stdout } = mapbench(['compare', recorded, file('slow.json'), '--why', '--threshold', '1%']);
  assert.match(stdout, /^ {4}setting CPU measured on: 1 against 0$/m);
  const refused = mapbench(['compare', recorded, file('slow.json'), '--why', '--flame', 'one.json']);
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /--flame: name two profiles/);
});
