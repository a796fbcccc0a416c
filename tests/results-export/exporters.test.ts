import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { exporters, findExporter } from '../../src/results/export/exporters.ts';
import { json } from '../../src/results/export/json.ts';
import { parseDocument } from '../../src/results/parse.ts';
import { documentOf, notMeasured } from '../results/sample-document.ts';
import { article, gates, mixed, textOf } from './documents.ts';
import { hostileDocument, hostileGates } from './hostile.ts';

const nothingMeasured = documentOf([
  notMeasured('hugetlb', 'unavailable', 'mmap: ENOMEM in step 1'),
  notMeasured('reuse', 'failed', 'killed by SIGSEGV'),
]);

test('every format is found by its name', () => {
  for (const exporter of exporters) assert.equal(findExporter(exporter.name), exporter);
  assert.equal(findExporter('constructor'), undefined);
});

for (const exporter of exporters) {
  test(`${exporter.name} takes any document`, () => {
    const documents = { mixed, article, nothingMeasured, empty: documentOf([]) };
    for (const [name, document] of Object.entries(documents)) {
      const before = structuredClone(document);
      for (const { path, text } of exporter.export(document, gates)) {
        assert.equal(path === '', exporter.kind !== 'directory', name);
        assert.ok(text.endsWith('\n'), name);
        assert.doesNotMatch(text, /undefined|NaN|Infinity|\[object/, name);
      }
      assert.deepEqual(document, before, 'an export changes nothing');
    }
  });

  test(`${exporter.name} takes any names`, () => {
    fc.assert(
      fc.property(hostileDocument, hostileGates, (document, outcomes) => {
        const files = exporter.export(document, outcomes);
        if (exporter.kind === 'directory') assert.ok(files.every(({ path }) => path !== ''));
        else assert.equal(files.length, 1);
      }),
      { numRuns: 20 },
    );
  });
}

test('json is the document', () => {
  assert.deepEqual(parseDocument(textOf(json, mixed), 'x.json'), mixed);
  assert.deepEqual(parseDocument(textOf(json, article), 'x.json'), article);
});
