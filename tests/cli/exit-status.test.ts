import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { exitStatusOf, exitStatusUnwritten } from '../../src/cli/exit.ts';
import { loadDocument, saveDocument } from '../../src/results/file.ts';
import { documentOf, measured, notMeasured } from '../results/sample-document.ts';
import { callMapbench } from '../support/in-process.ts';
import { bin } from '../support/mapbench.ts';
import { cannotMount } from '../support/tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapbench-exit-status-'));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);
const recorded = (name: string) =>
  join(import.meta.dirname, `../../results/xeon-firecracker-6.18-2026-11${name}.json`);

const short = ['run', '-s', 'rwx', '--forks', '1', '--time', '5'];
const fails = ['--assert', 'rwx < 1 ns'];

/** Runs a shell's command line in a folder of its own, in which "$@" is mapbench with these words. */
function shell(script: string, words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const cwd = mkdtempSync(join(folder, 'cwd-'));
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-c', script, 'bash', process.execPath, bin, ...words],
    {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', COLUMNS: '200', ...env },
    },
  );
  return { cwd, status, stdout, stderr };
}

const table = /^rwx +\[/m;

test('of all that came of a command the worst decides: failed, then a gate, then what could not be written', () => {
  assert.equal(exitStatusOf({}), 0);
  assert.equal(exitStatusOf({ unavailable: true }), 4);
  assert.equal(exitStatusOf({ unavailable: true, unwritten: true }), 1);
  assert.equal(exitStatusOf({ unavailable: true, unwritten: true, gateFails: true }), 3);
  assert.equal(exitStatusOf({ unavailable: true, unwritten: true, gateFails: true, failed: true }), 1);
  assert.equal(exitStatusOf({ gateFails: true, failed: true, interrupted: 130 }), 130);
  assert.deepEqual([0, 1, 2, 3, 4, 130].map(exitStatusUnwritten), [1, 1, 2, 3, 1, 130]);
});

test('a reader that goes away, and a full disk behind standard output, hide no failing gate', () => {
  assert.equal(shell('"$@" | true; exit $PIPESTATUS', [...short, ...fails]).status, 3);
  assert.equal(shell('"$@" | true; exit $PIPESTATUS', short).status, 0);
  const full = shell('"$@" >/dev/full', [...short, ...fails]);
  assert.equal(full.status, 3);
  assert.match(full.stderr, /^mapbench: standard output: cannot write: the disk is full$/m);
  assert.equal(shell('"$@" >/dev/full', short).status, 1);
});

test('a document that cannot be written is told of after the table, and the gate stands', () => {
  const failing = shell('"$@"', [...short, ...fails, '-o', '/dev/full']);
  assert.match(failing.stdout, table);
  assert.match(failing.stderr, /^mapbench: \/dev\/full: cannot write: the disk is full$/m);
  assert.equal(failing.status, 3);
  assert.equal(shell('"$@"', [...short, '-o', '/dev/full']).status, 1);
});

test('a file that is a mount is written in place', { skip: cannotMount() }, () => {
  const script = 'touch o.json && mount --bind o.json o.json && "$@"';
  const { cwd, status, stdout, stderr } = shell(`unshare --mount bash -c '${script}' bash "$@"`, [
    ...short,
    '-o',
    'o.json',
  ]);
  assert.equal(status, 0, stderr);
  assert.match(stdout, table);
  assert.equal(loadDocument(join(cwd, 'o.json')).cases.length, 1);
});

test('a step summary that cannot be written is a warning: nobody asked for it', () => {
  const env = { GITHUB_STEP_SUMMARY: '/proc/version' };
  const failing = shell('"$@"', [...short, ...fails], env);
  assert.equal(failing.status, 3);
  assert.match(failing.stdout, table);
  assert.match(failing.stderr, /^mapbench: \/proc\/version: cannot write: /m);
  assert.equal(shell('"$@"', short, env).status, 0);
});

test('exports that could not be written are refused before measuring', () => {
  for (const [target, sentence] of [
    ['csv=/proc/version', /^mapbench: \/proc\/version: cannot write: /],
    ['csv=.', /^mapbench: \.: it is a folder; name a file in it$/m],
    ['csv=/proc/no/such.csv', /^mapbench: \/proc\/no: cannot write: /],
    [`criterion=${recorded('')}`, /it is a file; name a folder$/m],
  ] as const) {
    const { status, stdout, stderr } = shell('"$@"', [...short, '--export', target]);
    assert.deepEqual([status, stdout], [2, ''], target);
    assert.match(stderr, sentence);
  }
});

test('the folder of baselines is made, and a baseline that is not there is named as it was written', () => {
  const { cwd, status, stderr } = shell('"$@"', [...short, '--save-baseline', 'main']);
  assert.equal(status, 0, stderr);
  assert.ok(existsSync(join(cwd, 'results/main.json')));
  const missing = shell('"$@"', ['compare', 'results.json', 'other.json']);
  assert.equal(
    missing.stderr,
    'mapbench: results.json: there is no such file, and no baseline of that name (results/results.json.json)\n',
  );
  assert.equal(missing.status, 2);
});

test('a comparison names the cases that only one document has', async () => {
  const { status, stdout } = await callMapbench(['compare', recorded('-catalogue'), recorded('')]);
  assert.equal(status, 0);
  const said = stdout.replaceAll(/\s+/g, ' ');
  assert.match(said, /not compared: 32 cases: not in the newer document: .*naive_rwx\/pages=4/);
});

test('a gate that could compare nothing has not passed', async () => {
  const gate = ['--fail-on', 'regression'];
  for (const words of [gate, [...gate, '--strict']]) {
    const nothing = await callMapbench(['compare', recorded('-patch'), recorded('-cold'), ...words]);
    assert.notEqual(nothing.status, 0, words.join(' '));
  }
  const nothing = await callMapbench(['compare', recorded('-patch'), recorded('-cold'), ...gate]);
  assert.equal(nothing.status, 3);
  assert.match(nothing.stderr, /^mapbench: --fail-on regression: no case could be compared$/m);
  const three = [recorded('-patch'), recorded('-patch'), recorded('-cold')];
  assert.equal((await callMapbench(['compare', ...three, ...gate])).status, 3);
  assert.equal((await callMapbench(['compare', ...three])).status, 0);
});

test('a case that fails now and was measured before fails the gate; one that is gone does with --strict', async () => {
  const [old, broken, less] = [file('old.json'), file('broken.json'), file('less.json')];
  const [rwx, memfd] = [measured('rwx', [90, 95, 99]), measured('memfd', [97, 101, 117])];
  saveDocument(old, documentOf([rwx, memfd]));
  saveDocument(broken, documentOf([rwx, notMeasured('memfd', 'failed', 'killed by SIGSEGV')]));
  saveDocument(less, documentOf([rwx]));
  const compare = async (...words: string[]) => (await callMapbench(['compare', old, ...words])).status;
  assert.equal(await compare(broken, '--fail-on', 'regression'), 3);
  assert.equal(await compare(broken), 0);
  assert.equal(await compare(less, '--fail-on', 'regression'), 0);
  assert.equal(await compare(less, '--fail-on', 'regression', '--strict'), 3);
});

test('a change without a baseline, or of what it does not have, and a file without gates are refused before measuring', () => {
  const gates = file('gates.txt');
  writeFileSync(gates, 'change (rwx) < 5%\n');
  const none = file('none.txt');
  writeFileSync(none, '# none yet\n');
  const baseline = file('memfd.json');
  saveDocument(baseline, documentOf([measured('memfd', [97, 101, 117])]));
  for (const [words, sentence] of [
    [['--assert', 'change (rwx) < 5%'], /a change needs a --baseline to compare with/],
    [['--assert', '2 * -change(rwx) < 5%'], /a change needs a --baseline to compare with/],
    [['--assert-file', gates], /gates\.txt:1:9: a change needs a --baseline/],
    [['--assert-file', none], /^mapbench: --assert-file .*none\.txt: there is no gate in it$/m],
    [['--assert', 'change(rwx) < 5%', '--baseline', baseline], /rwx is not in the baseline/],
  ] as const) {
    const { status, stdout, stderr } = shell('"$@"', [...short, ...words]);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
    assert.match(stderr, sentence);
  }
});

test('a gate on changes of which none can be told is refused before measuring', () => {
  const baseline = file('memfd.json');
  saveDocument(baseline, documentOf([measured('memfd', [97, 101, 117])]));
  for (const [words, sentence] of [
    [short, /^mapbench: --fail-on needs --forks 2 or more: 1 tells nothing of other processes$/m],
    [[...short, '--forks', '2'], /none of the cases that are asked for, as rwx\/pages=4$/m],
  ] as const) {
    const { status, stdout, stderr } = shell('"$@"', [
      ...words,
      ...['--baseline', baseline, '--fail-on', 'regression'],
    ]);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, sentence);
  }
});

test('with --strict a baseline of another machine is refused before measuring', () => {
  const { status, stdout, stderr } = shell('"$@"', [...short, '--strict', '--baseline', recorded('')]);
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /^mapbench: --strict: the documents differ in /);
});

test('a gate is decided on the interval that the table prints', () => {
  const path = file('interval.json');
  const run = shell('"$@"', ['run', '-s', 'rwx', '--forks', '3', '--time', '5', '-o', path]);
  assert.equal(run.status, 0, run.stderr);
  const [rwx] = loadDocument(path).cases;
  assert.ok(rwx?.status === 'measured');
  const { low, high } = rwx.estimate;
  const page = shell('"$@"', ['report', path, '-o', 'page.html', '--assert', 'rwx > 0 ns']);
  assert.equal(page.status, 0, page.stderr);
  const text = readFileSync(join(page.cwd, 'page.html'), 'utf8');
  const [, from, to] = /rwx [\d.,]+ ns \[([\d.,]+) ns ([\d.,]+) ns\] against 0 ns/.exec(text) ?? [];
  assert.ok(Math.abs(Number(from) / (low ?? 0) - 1) < 0.001, `${from} is not ${low}`);
  assert.ok(Math.abs(Number(to) / (high ?? 0) - 1) < 0.001, `${to} is not ${high}`);
});
