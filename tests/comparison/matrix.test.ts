import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareMany } from '../../src/comparison/matrix.ts';
import { renderMatrix } from '../../src/report/terminal/comparison.ts';
import { documentOf, notMeasured } from '../results/sample-document.ts';
import { simulated } from './simulated.ts';

const documents = [
  { name: 'old', document: simulated({ reuse: 3000, memfd: 400 }, { seed: 1 }) },
  { name: 'same', document: simulated({ reuse: 3000, memfd: 400 }, { seed: 2 }) },
  { name: 'slow', document: simulated({ reuse: 3600, naive: 9000 }, { seed: 3 }) },
];

test('a row a case, a cell a document, each against the first', () => {
  const { names, rows } = compareMany(documents);
  assert.deepEqual(names, ['old', 'same', 'slow']);
  assert.deepEqual(
    rows.map(({ id, cells }) => [
      id,
      ...cells.map(({ estimate, verdict }) => verdict ?? (estimate ? 'time' : '-')),
    ]),
    [
      ['reuse/pages=4', 'time', 'unchanged', 'regressed'],
      ['memfd/pages=4', 'time', 'unchanged', '-'],
      ['naive/pages=4', '-', '-', 'time'],
    ],
  );
});

test('the table has a column a document, or a block where that is too wide', () => {
  const matrix = compareMany(documents);
  const wide = renderMatrix(matrix, { color: false, width: 120 });
  assert.match(wide, /^case +old +same +slow +MDE$/m);
  assert.match(
    wide,
    /^reuse\/pages=4 +3\.000 µs +3\.000 µs \([+-]\d\.\d\d% \) +3\.600 µs \(\+\d+\.\d\d%\*\) +\d\.\d %$/m,
  );
  const narrow = renderMatrix(matrix, { color: false, width: 50 });
  assert.equal(narrow.match(/^case +old/gm)?.length, 2);
});

test('documents without measured cases make no cells', () => {
  const none = { name: 'none', document: documentOf([notMeasured('reuse', 'unavailable', 'x')]) };
  assert.deepEqual(compareMany([none, none]).rows, [{ id: 'reuse/pages=4', cells: [{}, {}] }]);
  assert.deepEqual(compareMany([]), { names: [], rows: [], comparisons: [] });
});
