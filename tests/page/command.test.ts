import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { speedscopeOf } from '../../src/profile/formats.ts';
import { saveDocument } from '../../src/results/file.ts';
import { addToHistory } from '../../src/results/history.ts';
import { naive } from '../profile/example.ts';
import { bin } from '../support/mapbench.ts';
import { seven, slowed } from './documents.ts';
import { sectionsOf } from './request.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapbench-report-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const old = join(folder, 'old.json');
const now = join(folder, 'now.json');
saveDocument(old, seven);
saveDocument(now, slowed({ ...seven, host: { ...seven.host, kernel: '7.0.0' } }, { reuse: 0.3 }));

/** Runs `mapbench report` in the folder. */
function report(parameters: readonly string[], stdout: 'pipe' | number = 'pipe') {
  return spawnSync(process.execPath, [bin, 'report', ...parameters], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', stdout, 'pipe'],
    maxBuffer: 1e8,
    env: { ...process.env, NO_COLOR: '1' },
  });
}

/** Asserts that a run ended in one sentence. */
function assertRefusal(result: ReturnType<typeof report>, status: number, sentence: RegExp): void {
  assert.match(result.stderr, sentence);
  assert.equal(result.stderr.trim().split('\n').length, 1, result.stderr);
  assert.equal(result.status, status);
}

test('a document becomes report.html', () => {
  const { status, stdout, stderr } = report([old]);
  assert.deepEqual([status, stdout, stderr], [0, '', '']);
  const page = readFileSync(join(folder, 'report.html'), 'utf8');
  assert.match(page, /^<!doctype html>\n<html lang="en">/);
  assert.match(page, /<title>mapbench: old<\/title>/);
});

test('two documents are compared; the title is the one that is given', () => {
  const file = join(folder, 'two.html');
  assert.equal(report([old, now, '-o', file, '--title', 'Before & after']).status, 0);
  const page = readFileSync(file, 'utf8');
  assert.match(page, /<h1>Before &amp; after<\/h1>/);
  assert.ok(sectionsOf(page).includes('comparison'));
});

test('the whole page goes through a pipe', () => {
  const { status, stdout } = report([old, '-o', '-']);
  assert.equal(status, 0);
  assert.match(stdout, /<\/html>\n$/);
});

test('a gate that fails ends in 3, with the page written', () => {
  const file = join(folder, 'gates.html');
  const gates = join(folder, 'gates.txt');
  writeFileSync(gates, 'rwx < naive\n# a remark\n');
  const { status } = report([old, now, '-o', file, '--assert', 'change(reuse) < 5%', '--assert-file', gates]);
  assert.equal(status, 3);
  const page = readFileSync(file, 'utf8');
  assert.match(page, /<code>change\(reuse\) &lt; 5%<\/code>.*class="bad">fails</);
  assert.match(page, /<code>rwx &lt; naive<\/code>.*class="good">holds</);
  assert.equal(report([old, '-o', file, '--assert', 'rwx < naive']).status, 0);
});

test('a gate about a strategy that the document does not have is a mistake', () => {
  const file = join(folder, 'none.html');
  const { status, stderr } = report([old, '-o', file, '--assert', 'mine < 5 ns']);
  assert.equal(status, 2);
  assert.match(stderr, /no case mine in this run; there are naive/);
  assert.ok(!existsSync(file));
});

test('what is no document ends in one sentence', () => {
  const damaged = join(folder, 'damaged.json');
  writeFileSync(damaged, readFileSync(old, 'utf8').slice(0, 5000));
  assertRefusal(report([damaged]), 2, /damaged\.json: /);
  const foreign = join(folder, 'foreign.json');
  writeFileSync(foreign, '{"schema": "something else"}');
  assertRefusal(report([foreign]), 2, /foreign\.json: /);
  assertRefusal(
    report([join(folder, 'missing.json')]),
    2,
    /missing\.json: cannot read: there is no such file/,
  );
});

test('where a page cannot be written is told in one sentence', () => {
  assertRefusal(report([old, '-o', '/dev/full']), 1, /\/dev\/full: cannot write: the disk is full/);
  const full = openSync('/dev/full', 'w');
  assertRefusal(report([old, '-o', '-'], full), 1, /standard output: cannot write: the disk is full/);
  assertRefusal(
    report([old, '-o', join(folder, 'no/such.html')]),
    2,
    /such\.html: cannot write: the folder .* does not exist/,
  );
  assertRefusal(report([old, '-o', folder]), 2, /it is a folder; name a file in it/);
});

test('--strict refuses documents of different hosts', () => {
  assertRefusal(report([old, now, '--strict']), 2, /--strict: now: the documents differ in kernel/);
});

test('profiles and recorded runs are added to the page', () => {
  const [profile, runs, file] = ['p.speedscope.json', 'history', 'all.html'].map((name) =>
    join(folder, name),
  );
  assert.ok(profile && runs && file);
  writeFileSync(profile, JSON.stringify(speedscopeOf([naive], 'test')));
  for (const day of [1, 2]) addToHistory(runs, { ...seven, createdAt: `2026-11-0${day}T00:00:00.000Z` });
  const { status, stderr } = report([old, '--flame', profile, '--history', runs, '-o', file]);
  assert.deepEqual([status, stderr], [0, '']);
  const sections = sectionsOf(readFileSync(file, 'utf8'));
  for (const id of ['flame-1', 'trends']) assert.ok(sections.includes(id), id);
  assertRefusal(report([old, '--flame', old]), 2, /old\.json: is no profile; mapbench profile/);
  assertRefusal(report([old, '--flame', 'none.json']), 2, /none\.json: cannot read: there is no such file/);
});
