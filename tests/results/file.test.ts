import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { loadDocument, saveDocument } from '../../src/results/file.ts';
import { DocumentError } from '../../src/system/errors.ts';
import { documentOf, forkOf, measured } from './sample-document.ts';

const one = documentOf([measured('memfd', [97.31, 101.2, 117.5])]);
const other = documentOf([measured('rwx', [90, 95, 99])]);

const parent = mkdtempSync(join(tmpdir(), 'mapbench-file-test-'));
after(() => rmSync(parent, { recursive: true }));

/** A folder that no other test uses. */
const fresh = () => mkdtempSync(join(parent, 'test-'));

const messageOf = (action: () => void) => {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof DocumentError, `${error}`);
    return error.message;
  }
  return 'no error';
};

test('what is saved is loaded, and replaces what was there', () => {
  const folder = fresh();
  const path = join(folder, 'x.json');
  saveDocument(path, one);
  assert.deepEqual(loadDocument(path), one);
  saveDocument(path, other);
  assert.deepEqual(loadDocument(path), other);
  assert.deepEqual(readdirSync(folder), ['x.json']);
});

test('a path without a folder is one in the current folder', () => {
  const folder = fresh();
  const before = process.cwd();
  process.chdir(folder);
  try {
    saveDocument('x.json', one);
    assert.deepEqual(loadDocument('x.json'), one);
  } finally {
    process.chdir(before);
  }
});

test('samples are on one line, with three decimals', () => {
  const folder = fresh();
  const path = join(folder, 'x.json');
  const samples = [97.31456, 1 / 3, 100, 1234.56789];
  saveDocument(path, documentOf([measured('memfd', [1, 2, 3], { forks: [forkOf(samples)] })]));
  const text = readFileSync(path, 'utf8');
  assert.match(text, /^ +"samples": \[97\.315, 0\.333, 100, 1234\.568\],$/m);
  assert.match(text, /^ {2}"schema": "mapbench\/1",$/m);
  assert.ok(text.endsWith('}\n'));
});

test('a byte order mark is passed over; other encodings and archives are named with the way out', () => {
  const folder = fresh();
  const path = join(folder, 'x.json');
  saveDocument(path, one);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, `\ufeff${text.replaceAll('\n', '\r\n')}`);
  assert.deepEqual(loadDocument(path), one);
  const utf16 = Buffer.from(text, 'utf16le');
  for (const [bytes, sentence] of [
    [
      Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]),
      /x\.json: is UTF-16, as PowerShell’s > writes it; convert/,
    ],
    [Buffer.concat([Buffer.from([0xfe, 0xff]), utf16.swap16()]), /x\.json: is UTF-16; convert/],
    [Buffer.from(text, 'utf16le'), /x\.json: is UTF-16; convert/],
    [gzipSync(text), /x\.json: is compressed by gzip; unpack it with gunzip$/],
    [Buffer.concat([Buffer.from(text), Buffer.from([0xc3, 0x28])]), /x\.json: is not UTF-8 text$/],
    [Buffer.from(text.slice(0, 500)), /x\.json: is truncated/],
    [Buffer.alloc(0), /x\.json: is empty$/],
    [Buffer.from('\ufeff'), /x\.json: is empty$/],
    [Buffer.from('{"results": [{"command": "ls", "mean": 1}]}'), /it looks like results of hyperfine$/],
    [Buffer.from('{"context": {}, "benchmarks": []}'), /it looks like results of Google Benchmark$/],
    [Buffer.from('{"schema": "mapbench-matrix/1", "policies": [], "rows": []}'), /report --matrix takes$/],
    [Buffer.from('[1, 2]'), /is not a mapbench document$/],
  ] as const) {
    writeFileSync(path, bytes);
    assert.match(
      messageOf(() => loadDocument(path)),
      sentence,
    );
  }
});

test('text that looks like a list of numbers is left as it is', () => {
  const folder = fresh();
  const path = join(folder, 'x.json');
  const document = { ...one, host: { ...one.host, notes: '[\n  1,\n  2\n]' } };
  saveDocument(path, document);
  assert.deepEqual(loadDocument(path), document);
});

test('a save that fails leaves the old document and no other file', () => {
  const folder = fresh();
  const path = join(folder, 'x.json');
  saveDocument(path, one);
  mkdirSync(join(folder, `.x.json.${process.pid}.tmp`));
  assert.match(
    messageOf(() => saveDocument(path, other)),
    /x\.json: cannot write: /,
  );
  assert.deepEqual(loadDocument(path), one);

  const refusing = { ...other, toJSON: () => assert.fail('cannot be written') };
  assert.throws(() => saveDocument(path, refusing));
  assert.deepEqual(loadDocument(path), one);
});

test('a symbolic link stays one, and its target is replaced', () => {
  const folder = fresh();
  const [target, link] = [join(folder, 'target.json'), join(folder, 'link.json')];
  writeFileSync(target, '');
  symlinkSync(target, link);
  saveDocument(link, one);
  assert.deepEqual(loadDocument(target), one);
  assert.deepEqual(loadDocument(link), one);
});

test('a device is written to, not replaced', () => {
  saveDocument('/dev/null', one);
  assert.equal(readFileSync('/dev/null', 'utf8'), '');
});

test('what cannot be written is said in one sentence', () => {
  const folder = fresh();
  const missing = join(folder, 'missing', 'x.json');
  const expected = `${missing}: cannot write: the folder ${join(folder, 'missing')} does not exist`;
  assert.equal(
    messageOf(() => saveDocument(missing, one)),
    expected,
  );
  assert.equal(
    messageOf(() => saveDocument(folder, one)),
    `${folder}: cannot write: it is a folder`,
  );
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const under = join(file, 'x.json');
  assert.equal(
    messageOf(() => saveDocument(under, one)),
    `${under}: cannot write: ${file} is not a folder`,
  );
});

test('what cannot be read is said in one sentence', () => {
  const folder = fresh();
  const missing = join(folder, 'x.json');
  assert.equal(
    messageOf(() => loadDocument(missing)),
    `${missing}: cannot read: there is no such file`,
  );
  assert.equal(
    messageOf(() => loadDocument(folder)),
    `${folder}: cannot read: it is a folder`,
  );
  writeFileSync(missing, '{"schema":');
  assert.match(
    messageOf(() => loadDocument(missing)),
    /x\.json: is truncated/,
  );
});

test('a file without permission is said in one sentence', {
  skip: process.getuid?.() === 0 && 'root may do all',
}, () => {
  const folder = fresh();
  const path = join(folder, 'x.json');
  writeFileSync(path, '', { mode: 0o200 });
  assert.equal(
    messageOf(() => loadDocument(path)),
    `${path}: cannot read: permission denied`,
  );
});
