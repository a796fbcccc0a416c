import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { criterion } from '../../src/results/export/criterion.ts';
import { csv } from '../../src/results/export/csv.ts';
import { writeExport } from '../../src/results/export/exporters.ts';
import { githubSummary } from '../../src/results/export/github.ts';
import { DocumentError } from '../../src/system/errors.ts';
import { documentOf } from '../results/sample-document.ts';
import { article, gates, mixed, textOf } from './documents.ts';

const parent = mkdtempSync(join(tmpdir(), 'mapbench-export-test-'));
after(() => rmSync(parent, { recursive: true }));

/** A folder that no other test uses. */
const fresh = () => mkdtempSync(join(parent, 'test-'));

const refusal = (action: () => void) => {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof DocumentError, `${error}`);
    return error.message;
  }
  return 'no error';
};

test('a file is replaced, in folders that are made', () => {
  const folder = fresh();
  const path = join(folder, 'a/b/x.csv');
  assert.deepEqual(writeExport(csv, mixed, path), [path]);
  assert.equal(readFileSync(path, 'utf8'), textOf(csv, mixed));
  writeExport(csv, article, path);
  assert.equal(readFileSync(path, 'utf8'), textOf(csv, article));
  assert.deepEqual(readdirSync(join(folder, 'a/b')), ['x.csv']);
});

test('a summary is added to what is there', () => {
  const folder = fresh();
  const path = join(folder, 'summary.md');
  writeFileSync(path, 'before');
  writeExport(githubSummary, mixed, path, gates);
  writeExport(githubSummary, article, path);
  const expected = `before${textOf(githubSummary, mixed, gates)}${textOf(githubSummary, article)}`;
  assert.equal(readFileSync(path, 'utf8'), expected);
});

test('a folder gets its files', () => {
  const folder = fresh();
  const path = join(folder, 'target/criterion');
  const written = writeExport(criterion, mixed, path);
  assert.equal(written.length, 16);
  for (const { path: file, text } of criterion.export(mixed)) {
    assert.ok(written.includes(join(path, file)));
    assert.equal(readFileSync(join(path, file), 'utf8'), text);
  }
  const names = ['benchmark.json', 'estimates.json', 'sample.json', 'tukey.json'];
  assert.deepEqual(readdirSync(join(path, 'mapbench/memfd/4/new')).sort(), names);
});

test('what the format cannot say is not written', () => {
  const folder = fresh();
  assert.deepEqual(writeExport(criterion, documentOf([]), join(folder, 'criterion')), []);
  assert.deepEqual(readdirSync(folder), []);
});

test('a write that fails leaves the old file and no other', () => {
  const folder = fresh();
  const path = join(folder, 'x.csv');
  writeExport(csv, mixed, path);
  mkdirSync(join(folder, `.x.csv.${process.pid}.tmp`));
  assert.match(
    refusal(() => writeExport(csv, article, path)),
    /x\.csv: cannot write: /,
  );
  assert.equal(readFileSync(path, 'utf8'), textOf(csv, mixed));
});

test('what cannot be written is said in one sentence', () => {
  const folder = fresh();
  const file = join(folder, 'file');
  writeFileSync(file, '');
  assert.equal(
    refusal(() => writeExport(csv, mixed, join(file, 'x.csv'))),
    `${join(file, 'x.csv')}: cannot write: ${file} is not a folder`,
  );
  assert.equal(
    refusal(() => writeExport(csv, mixed, folder)),
    `${folder}: cannot write: it is a folder`,
  );
  assert.equal(
    refusal(() => writeExport(githubSummary, mixed, folder)),
    `${folder}: cannot write: it is a folder`,
  );
  const inFile = join(file, 'mapbench/memfd/4/base/benchmark.json');
  assert.equal(
    refusal(() => writeExport(criterion, mixed, file)),
    `${inFile}: cannot write: ${join(file, 'mapbench/memfd/4/base')} is not a folder`,
  );
});
