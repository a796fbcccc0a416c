import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parse as parseCsv } from 'csv-parse/sync';
import { parse as parseJunit } from 'junit2json';
import { lexer, type Tokens } from 'marked';
import { findExporter, writeExport } from '../../src/results/export/exporters.ts';
import { gates, mixed, textOf } from './documents.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapbench-consumers-'));
after(() => rmSync(folder, { recursive: true }));

function exporter(name: string) {
  const found = findExporter(name);
  assert.ok(found);
  return found;
}

const isInstalled = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

test('csv-parse reads one row a sample', () => {
  const rows: Record<string, string>[] = parseCsv(textOf(exporter('csv'), mixed), { columns: true });
  const samples = mixed.cases.flatMap(({ forks }) => forks.flatMap((fork) => fork.samples));
  assert.equal(rows.length, samples.length);
  assert.deepEqual(new Set(rows.map(({ strategy }) => strategy)), new Set(['memfd', 'reuse_lock']));
});

test('marked sees a table with a row a case', () => {
  const tokens = lexer(textOf(exporter('markdown'), mixed));
  const table = tokens.find((token): token is Tokens.Table => token.type === 'table');
  assert.ok(table);
  assert.deepEqual(
    table.rows.map((row) => row[0]?.text),
    ['memfd/pages=4', 'reuse_lock/pages=4'],
  );
});

test('junit2json reads cases and gates with their outcomes', async () => {
  const suite = await parseJunit(textOf(exporter('junit'), mixed, gates));
  assert.ok(suite && 'testcase' in suite);
  const outcomes = suite.testcase?.map(({ name, failure, skipped }) => [
    name,
    failure ? 'failed' : skipped ? 'skipped' : 'passed',
  ]);
  assert.deepEqual(outcomes, [
    ['memfd/pages=4', 'passed'],
    ['reuse_lock/pages=4', 'passed'],
    ['hugetlb/pages=4', 'skipped'],
    ['reuse/pages=4', 'failed'],
    ['memfd < reuse_lock', 'passed'],
    ['memfd < 90 ns', 'skipped'],
    ['faults(reuse_lock) == 0', 'failed'],
  ]);
});

test('critcmp reads criterion’s directory', {
  skip: !isInstalled('critcmp') && 'critcmp is not installed',
}, () => {
  writeExport(exporter('criterion'), mixed, join(folder, 'criterion'));
  const { status, stdout, stderr } = spawnSync('critcmp', ['--target-dir', folder, 'new'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /memfd\/4 +1\.00/);
});

test('benchstat reads its text', { skip: !isInstalled('benchstat') && 'benchstat is not installed' }, () => {
  const file = join(folder, 'bench.txt');
  writeExport(exporter('benchstat'), mixed, file);
  assert.ok(readFileSync(file, 'utf8').startsWith('goos'));
  const { status, stdout, stderr } = spawnSync('benchstat', [file], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /memfd/);
});
