import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseDocument } from '../../src/results/parse.ts';
import { mapbench, startMapbench, waitFor } from '../support/mapbench.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapbench-regression-'));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);
const short = ['--forks', '3', '--time', '20', '-s', 'memfd,reuse'];

/** A run that was recorded on a quiet machine: what is found in it does not depend on this one. */
const recorded = join(import.meta.dirname, '../../results/xeon-firecracker-6.18-2026-11.json');

/** A copy of a document in which every sample of a strategy is slower by a factor. */
function slowed(path: string, strategy: string, factor: number): string {
  const document = parseDocument(readFileSync(path, 'utf8'), path);
  for (const each of document.cases) {
    if (each.status !== 'measured' || each.strategy !== strategy) continue;
    for (const fork of each.forks) fork.samples = fork.samples.map((sample) => sample * factor);
    const { estimate } = each;
    each.estimate = { ...estimate, point: estimate.point * factor, low: null, high: null };
  }
  const target = file(`${strategy}-slowed.json`);
  writeFileSync(target, JSON.stringify(document));
  return target;
}

test('a run is compared with a document, judged by gates and exported', () => {
  const first = mapbench(['run', ...short, '-o', file('first.json')]);
  assert.equal(first.status, 0, first.stderr);

  const exports = ['csv', 'junit', 'bencher'].flatMap((name) => ['--export', `${name}=${file(name)}`]);
  const gates = [
    '--assert',
    'memfd < 0.9 * reuse',
    '--assert',
    'faults(reuse) == 0',
    '--assert',
    'change(memfd) < 500%',
  ];
  const second = mapbench(['run', ...short, '--baseline', file('first.json'), ...exports, ...gates]);
  assert.equal(second.status, 0, second.stdout + second.stderr);
  assert.match(second.stdout, /^memfd\/pages=4 +time: {3}\[/m);
  assert.match(second.stdout, /change: \[.*\] \(p [=<]/);
  assert.equal(second.stdout.match(/^holds: /gm)?.length, 3);
  assert.match(readFileSync(file('csv'), 'utf8'), /memfd/);
  assert.match(readFileSync(file('junit'), 'utf8'), /memfd &lt; 0.9 \* reuse/);
  assert.ok('memfd/pages=4' in JSON.parse(readFileSync(file('bencher'), 'utf8')));
});

test('a regression is found, and --fail-on makes it status 3', () => {
  const slow = slowed(recorded, 'reuse', 3);
  const { status, stdout } = mapbench([
    'compare',
    recorded,
    slow,
    '--fail-on',
    'regression',
    '--threshold',
    '1%',
  ]);
  assert.match(stdout, /reuse\/pages=4[\s\S]*Performance has regressed\./);
  assert.match(
    stdout,
    /memfd\/pages=4[\s\S]*No change larger than [\d.]+ %\. \(minimum detectable effect [\d.]+ %\)/,
  );
  assert.equal(status, 3);
  assert.equal(mapbench(['compare', recorded, slow]).status, 0);
  assert.match(
    mapbench(['compare', slow, recorded, '--threshold', '1%']).stdout,
    /Performance has improved\./,
  );
});

test('a gate that fails is status 3, with its evidence', () => {
  const { status, stdout } = mapbench(['run', ...short, '--assert', 'memfd > reuse']);
  assert.equal(status, 3);
  assert.match(stdout, /^fails: memfd > reuse\n {2}memfd .* against reuse /m);
});

test('gates are checked before anything is measured', () => {
  const mistakes: [string, RegExp][] = [
    ['memdf < reuse', /column 1: .*memdf/],
    ['memfd < 500', /500 has no unit; write 500 ns/],
    ['memfd < ', /column 8: expected a case/],
    ['change(memfd) < 5%', /needs a --baseline/],
  ];
  for (const [gate, sentence] of mistakes) {
    const { status, stderr, stdout } = mapbench(['run', ...short, '--assert', gate]);
    assert.match(stderr, sentence);
    assert.equal(status, 2);
    assert.equal(stdout, '');
  }
});

test('a baseline’s name cannot leave its folder', () => {
  for (const name of ['../x', 'a/b', '.hidden', '']) {
    const { status, stderr } = mapbench(['run', ...short, '--save-baseline', name]);
    assert.equal(status, 2);
    assert.match(stderr, /is no name for a baseline/);
  }
});

test('documents of another kind are named, and refused with --strict', () => {
  const other = mapbench(['run', ...short, '--layout', 'kernel', '-o', file('kernel.json')]);
  assert.equal(other.status, 0);
  const plain = mapbench(['compare', file('first.json'), file('kernel.json')]);
  assert.match(plain.stderr, /the documents differ in layout: guarded against kernel/);
  assert.match(plain.stdout, /not compared: memfd\/pages=4\/layout=kernel: not in the older document/);
  assert.equal(mapbench(['compare', file('first.json'), file('kernel.json'), '--strict']).status, 2);
});

test('damaged, foreign and missing documents are refused in one sentence', () => {
  writeFileSync(file('half.json'), readFileSync(file('first.json'), 'utf8').slice(0, 500));
  writeFileSync(file('other.json'), '{"hello": 1}');
  for (const name of ['half.json', 'other.json', 'missing.json']) {
    const { status, stderr } = mapbench(['compare', file('first.json'), file(name)]);
    assert.equal(status, 2);
    assert.match(stderr, new RegExp(`^mapbench: .*${name}: .*\\n$`));
  }
});

test('export writes a saved document in another format', () => {
  const { status } = mapbench([
    'export',
    file('first.json'),
    '--format',
    'criterion',
    '-o',
    file('criterion'),
  ]);
  assert.equal(status, 0);
  assert.ok(existsSync(join(file('criterion'), 'mapbench/memfd/4/new/estimates.json')));
  assert.equal(mapbench(['export', file('first.json'), '--format', 'cvs', '-o', file('x')]).status, 2);
});

test('ab finds two strategies different, and a strategy from itself not', () => {
  const fast = ['--duration', '1', '--time', '20'];
  const document = file('ab.json');
  const { stdout, status } = mapbench([
    'ab',
    '-s memfd',
    '-s reuse',
    ...fast,
    '--format',
    'json',
    '-o',
    document,
  ]);
  assert.equal(status, 0);
  const other = JSON.parse(stdout);
  assert.equal(other.verdict, 'regressed');
  assert.ok(other.change.low > 1, 'reuse costs several times what memfd costs');
  const { cases, pairs } = parseDocument(readFileSync(document, 'utf8'), document);
  assert.deepEqual(pairs, [{ a: 'A: memfd/pages=4', b: 'B: reuse/pages=4' }]);
  assert.deepEqual(
    cases.map(({ id, forks }) => [id, forks.length]),
    [
      ['A: memfd/pages=4', other.pairs],
      ['B: reuse/pages=4', other.pairs],
    ],
  );
  const same = mapbench(['ab', '-s reuse', '-s reuse', ...fast]);
  assert.equal(same.status, 0);
  assert.match(same.stdout, /A {2}reuse\/pages=4\n {3}time: {3}\[.*\]\nB {2}reuse\/pages=4\n/);
});

test('ab takes two settings of one case each', () => {
  for (const [a, sentence] of [
    ['-s memfd,rwx', /names 2 cases; name one strategy/],
    ['-s memdf', /no strategy is named 'memdf'/],
    ['', /names 0 cases/],
  ] as const) {
    const { status, stderr } = mapbench(['ab', a, '-s reuse']);
    assert.equal(status, 2);
    assert.match(stderr, sentence);
  }
});

test('many documents make a table', () => {
  const slow = slowed(recorded, 'reuse', 3);
  const args = ['compare', recorded, recorded, slow, '--threshold', '1%'];
  const { stdout, status } = mapbench([...args, '--fail-on', 'regression']);
  assert.equal(status, 3);
  assert.match(stdout, /^reuse\/pages=4 .*\(\+200\.00%\*\) +[\d.]+ %$/m);
  assert.equal(JSON.parse(mapbench([...args, '--format', 'json']).stdout).names.length, 3);
});

test('a document of a newer schema is refused with its field', () => {
  const text = readFileSync(file('first.json'), 'utf8').replace('mapbench/1', 'mapbench/2');
  writeFileSync(file('newer.json'), text);
  const { status, stderr } = mapbench(['compare', file('first.json'), file('newer.json')]);
  assert.equal(status, 2);
  assert.match(stderr, /newer\.json: has schema mapbench\/2; this mapbench reads mapbench\/1/);
});

test('--precision adds rounds, --max-time ends them', () => {
  const few = ['run', '-s', 'rwx', '--forks', '2', '--time', '20', '--format', 'json'];
  const { stdout, stderr } = mapbench([...few, '--precision', '0.01%', '--max-time', '3']);
  const { cases, options } = parseDocument(stdout, 'stdout');
  assert.deepEqual([options.precision, options.maxTimeMs], [0.0001, 3000]);
  assert.ok((cases[0]?.forks.length ?? 0) > 2, stderr);
  const satisfied = parseDocument(mapbench([...few, '--precision', '1000%']).stdout, 'stdout');
  assert.equal(satisfied.cases[0]?.forks.length, 2);
});

test('presets choose forks and time, single options win', () => {
  const quick = ['run', '-s', 'rwx', '--quick', '--format', 'json'];
  const optionsOf = (parameters: string[]) => parseDocument(mapbench(parameters).stdout, 'stdout').options;
  const { forks, timePerFork } = optionsOf(quick);
  assert.deepEqual([forks, timePerFork], [10, 20]);
  assert.equal(optionsOf([...quick, '--forks', '2']).forks, 2);
  const { status, stderr } = mapbench([...quick, '--rigorous']);
  assert.equal(status, 2);
  assert.match(stderr, /'--quick' cannot be used with option '--rigorous'/);
});

test('kill -9 at any moment leaves the last complete round', async () => {
  const kept = file('killed.json');
  const { child, ended } = startMapbench(['run', ...short, '--forks', '1000', '-o', kept]);
  const rounds = () => {
    if (!existsSync(kept)) return 0;
    const { cases } = parseDocument(readFileSync(kept, 'utf8'), kept);
    return Math.min(...cases.map(({ forks }) => forks.length));
  };
  await waitFor('the third round', () => (rounds() >= 3 ? true : undefined));
  child.kill('SIGKILL');
  await ended;
  assert.ok(rounds() >= 3);
  assert.equal(mapbench(['compare', kept, kept]).status, 0);
});
