import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ResultDocument } from '../../src/results/document.ts';
import { serializeDocument } from '../../src/results/file.ts';
import { parseDocument } from '../../src/results/parse.ts';
import { DocumentError } from '../../src/system/errors.ts';
import { documentOf, measured, notMeasured } from './sample-document.ts';

const whole: ResultDocument = documentOf([
  measured('memfd', [97.31, 101.2, 117.5]),
  notMeasured('hugetlb', 'unavailable', 'mmap: ENOMEM in step 1'),
  notMeasured('reuse', 'failed', 'killed by SIGSEGV'),
]);

function messageFor(text: string): string {
  try {
    parseDocument(text, 'results/x.json');
  } catch (error) {
    assert.ok(error instanceof DocumentError, `${error}`);
    return error.message;
  }
  return 'accepted';
}

/** The message for the whole document with one field set to another value, or removed with undefined. */
function messageWith(path: string, value: unknown): string {
  const damaged = structuredClone(whole) as unknown as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop() as string;
  const parent = keys.reduce((object, key) => object[key] as Record<string, unknown>, damaged);
  parent[last] = value;
  return messageFor(JSON.stringify(damaged));
}

test('a document comes back as it was', () => {
  assert.deepEqual(parseDocument(serializeDocument(whole), 'x.json'), whole);
  assert.deepEqual(parseDocument(JSON.stringify(whole), 'x.json'), whole);
});

test("the article's figures are a document", () => {
  const path = new URL('../../results/article-2022.json', import.meta.url);
  const { cases } = parseDocument(readFileSync(path, 'utf8'), 'article-2022.json');
  const points = cases.map((each) => [each.strategy, each.status === 'measured' && each.estimate.point]);
  assert.deepEqual(points, [
    ['naive', 4600],
    ['reuse', 2200],
    ['reuse_lock', 1900],
    ['rwx', 100],
    ['hugetlb', 1200],
    ['reuse_shared', 1200],
    ['memfd', 100],
  ]);
});

const wrongFields: [path: string, value: unknown, message: string][] = [
  ['host', undefined, 'host: is missing'],
  ['host.kernel', undefined, 'host.kernel: is missing'],
  ['host.cpus', 1.5, 'host.cpus: expected whole number, found 1.5'],
  ['host.pageSize', 0, 'host.pageSize: expected more than 0, found 0'],
  ['createdAt', 'yesterday', 'createdAt: expected a time in UTC, as 2022-06-14T00:00:00.000Z'],
  ['cases', {}, 'cases: expected array, found object'],
  ['cases.0', null, 'cases[0]: expected object, found null'],
  [
    'cases.0.status',
    'fine',
    'cases[0].status: expected "measured" or "unavailable" or "failed", found "fine"',
  ],
  ['cases.0.status', undefined, 'cases[0].status: is missing'],
  [
    'cases.0.wx',
    'none',
    'cases[0].wx: expected "flip" or "dual" or "no-write" or "rwx" or "unknown", found "none"',
  ],
  ['cases.0.estimate', undefined, 'cases[0].estimate: is missing'],
  ['cases.0.estimate.low', '97.31', 'cases[0].estimate.low: expected number, found string'],
  ['cases.0.estimate.low', 102, 'cases[0].estimate: expected low <= point <= high'],
  ['cases.0.estimate.high', null, 'cases[0].estimate: expected both bounds or none'],
  ['cases.0.estimate.confidence', 95, 'cases[0].estimate.confidence: expected less than 1, found 95'],
  ['cases.0.forks.1.samples.0', -1, 'cases[0].forks[1].samples[0]: expected at least 0, found -1'],
  ['cases.0.forks.1.samples.0', Number.NaN, 'cases[0].forks[1].samples[0]: expected number, found null'],
  [
    'cases.0.forks.1.addresses',
    { 'write view': '7f00' },
    'cases[0].forks[1].addresses["write view"]: expected a hexadecimal address, as 0x7f00',
  ],
  ['cases.1.reason', undefined, 'cases[1].reason: is missing'],
  ['cases.2.reason', 11, 'cases[2].reason: expected string, found number'],
];
for (const [path, value, message] of wrongFields) {
  test(`a damaged document: ${message}`, () => {
    assert.equal(messageWith(path, value), `results/x.json: ${message}`);
  });
}

const otherTexts: [text: string, message: string][] = [
  ['', 'is empty'],
  [' \n', 'is empty'],
  ['hello', 'is not JSON'],
  ['{\n  "schema": mapbench\n}', 'is not JSON'],
  ['{\n  "schema" "mapbench/1"\n}', 'is not JSON: line 2, column 12'],
  ['[1, 2', 'is truncated: it ends in the middle of the document'],
  ['null', 'is not a mapbench document'],
  ['[]', 'is not a mapbench document'],
  ['{"results": []}', 'is not a mapbench document'],
  ['{"schema": "mapbench/"}', 'is not a mapbench document'],
  ['{"schema": 1}', 'is not a mapbench document'],
  ['{"schema": "mapbench/2", "cases": {}}', 'has schema mapbench/2; this mapbench reads mapbench/1'],
  ['{"schema": "mapbench/0"}', 'has schema mapbench/0; this mapbench reads mapbench/1'],
  ['{"schema": "mapbench/1"}', 'tool: is missing'],
];
for (const [text, message] of otherTexts) {
  test(`no document: ${JSON.stringify(text)} ${message}`, () => {
    assert.equal(messageFor(text), `results/x.json: ${message}`);
  });
}

test('a document cut off anywhere is called truncated', () => {
  const text = serializeDocument(whole).trimEnd();
  for (let length = 1; length < text.length; length++) {
    assert.equal(
      messageFor(text.slice(0, length)),
      'results/x.json: is truncated: it ends in the middle of the document',
      `the first ${length} of ${text.length} characters`,
    );
  }
});

test('fields of a later mapbench/1 are passed over', () => {
  const text = JSON.stringify({ ...whole, colour: 'blue' });
  assert.deepEqual(parseDocument(text, 'x.json'), whole);
});
