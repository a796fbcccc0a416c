import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { githubSummary } from '../../src/results/export/github.ts';
import { escapeMarkdown, markdown } from '../../src/results/export/markdown.ts';
import { documentOf, measured } from '../results/sample-document.ts';
import { article, gates, mixed, textOf } from './documents.ts';
import { hostileDocument, hostileGates } from './hostile.ts';

const results = [
  '| case | time/iteration [low estimate high] | relative | faults/iteration | W^X |',
  '| --- | ---: | ---: | ---: | --- |',
  '| memfd/pages=4 | [80.00 100.0 125.0] ns | fastest | 0.00 | dual |',
  '| reuse_lock/pages=4 | [3.100 3.412 3.598] µs | 34.1x | 4.00 | flip |',
  '',
  '- unavailable: hugetlb/pages=4: mmap: ENOMEM in step 1',
  '- failed: reuse/pages=4: killed by SIGSEGV',
  '',
];
const gateTable = [
  '| gate | outcome | evidence |',
  '| --- | --- | --- |',
  '| memfd &lt; reuse_lock | holds | 125.0 ns &lt; 3.100 µs |',
  '| memfd &lt; 90 ns | undecided | 80.0-125.0 ns |',
  '| faults(reuse_lock) == 0 | **fails** | it is 4.00 |',
  '',
];
const facts = [
  'Measured on Intel(R) Xeon(R) Processor, Linux 6.18.44, virtualised (Firecracker), mapbench 0.1.0, 2026-11-22, 95 % intervals.',
  '',
];

test('a table, and what it cannot show', () => {
  assert.equal(textOf(markdown, mixed), [...results, ...facts].join('\n'));
});

test('gates are told with their evidence', () => {
  assert.equal(textOf(markdown, mixed, gates), [...results, ...gateTable, ...facts].join('\n'));
});

test('the summary of a job has a heading', () => {
  const heading = '\n## mapbench: 2 cases measured, 1 unavailable, 1 failed, 1 gate fails\n\n';
  assert.equal(
    textOf(githubSummary, mixed, gates),
    heading + [...results, ...gateTable, ...facts].join('\n'),
  );
  assert.match(textOf(githubSummary, documentOf([])), /^\n## mapbench: 0 cases measured\n\nMeasured on /);
  assert.equal(githubSummary.kind, 'append');
});

test('estimates without an interval stand alone', () => {
  const lines = textOf(markdown, article).split('\n');
  assert.equal(lines[2], '| naive | 4.600 µs | 46.0x | ? | flip |');
  assert.equal(lines[5], '| rwx | 100.0 ns | 1.00x | ? | rwx |');
});

test('cases are compared with those that do the same work', () => {
  const document = documentOf([
    measured('memfd', [9, 10, 11], { pages: 1 }),
    measured('memfd', [19, 20, 21], { pages: 4 }),
    measured('rwx', [29, 30, 31], { pages: 4 }),
    measured('none', [0, 0, 1], { pages: 8 }),
    measured('some', [1, 1, 1], { pages: 8 }),
  ]);
  const relative = textOf(markdown, document)
    .split('\n')
    .slice(2, 7)
    .map((line) => line.split(' | ')[2]);
  assert.deepEqual(relative, ['fastest', 'fastest', '1.50x', '1.00x', '?']);
});

test('an interruption is told', () => {
  assert.match(textOf(markdown, { ...mixed, interrupted: true }), /\n\nThe run was interrupted\.\n\n/);
});

const escaped: [text: string, expected: string][] = [
  ['reuse_lock', 'reuse_lock'],
  ['_emphasis_ and *that*', '\\_emphasis\\_ and \\*that\\*'],
  ['a|b\\|c', 'a\\|b\\\\\\|c'],
  ['<b>&lt;`[x](y)~', '&lt;b>&amp;lt;\\`\\[x\\](y)\\~'],
  [' two\r\n lines\u001b[1m\ud800', 'two lines \\[1m\ufffd'],
];
for (const [text, expected] of escaped) {
  test(`${JSON.stringify(text)} in a cell`, () => {
    assert.equal(escapeMarkdown(text), expected);
  });
}

/** The cells of a row as GFM splits it: at every pipe that is not escaped. */
const cellsOf = (line: string) => line.split(/(?<=(?<!\\)(?:\\\\)*)\|/).slice(1, -1);

test('no name breaks out of its cell, its line or into markup', () => {
  fc.assert(
    fc.property(hostileDocument, hostileGates, (document, outcomes) => {
      const measuredCount = document.cases.filter(({ status }) => status === 'measured').length;
      const lines = textOf(markdown, document, outcomes).split('\n');
      const rows = lines.filter((line) => line.startsWith('|'));
      const widths = rows.map((row) => cellsOf(row).length);
      const expected = [
        ...Array.from({ length: measuredCount && measuredCount + 2 }, () => 5),
        ...Array.from({ length: outcomes.length && outcomes.length + 2 }, () => 3),
      ];
      assert.deepEqual(widths, expected);
      const others = lines.filter((line) => !line.startsWith('|') && line !== '');
      assert.equal(others.length, document.cases.length - measuredCount + 1);
      assert.doesNotMatch(lines.join(' '), /[<\p{Cc}\p{Cs}]|&(?!amp;|lt;)|(?<!\\)`/u);
    }),
  );
});
