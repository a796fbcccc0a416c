import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { asciiOf, textWidth } from '../../src/format/text.ts';
import { renderHistogram } from '../../src/report/terminal/histogram.ts';
import { renderComparedPlot } from '../../src/report/terminal/plots.ts';
import { renderRun } from '../../src/report/terminal/table.ts';
import { loadDocument } from '../../src/results/file.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with them
const ascii = /^[\u0000-\u007f]*$/;

const folder = (name: string) => join(import.meta.dirname, '../..', name);
const namesIn = (name: string, ending: string) =>
  readdirSync(folder(name))
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder(name), file));

test('every character that the sources of reports have stands for itself or has a likeness', () => {
  const sources = [...namesIn('src/report', '.ts'), ...namesIn('src/cli', '.ts')].map((path) =>
    readFileSync(path, 'utf8'),
  );
  const summaries = catalogue.flatMap(({ summary, needs, remedy = '' }) => [summary, needs, remedy]);
  const used = new Set([...sources, ...summaries].join(''));
  for (const character of used) {
    const text = asciiOf(character);
    assert.match(text, ascii);
    assert.equal(text.length, 1);
    if (character !== '?') assert.notEqual(text, '?', character);
  }
});

test('reports of all recorded results are ASCII, and as wide as they were', () => {
  const paths = namesIn('results', '.json');
  assert.ok(paths.length >= 2);
  for (const path of paths) {
    const text = renderRun(
      loadDocument(path),
      { color: true, width: 80 },
      { verbose: true, counters: true, plot: true },
    );
    const converted = asciiOf(text);
    assert.match(converted, ascii);
    assert.ok(!converted.includes('?') || text.includes('?'), path);
    assert.deepEqual(converted.split('\n').map(textWidth), text.split('\n').map(textWidth));
  }
});

test('a box plot in ASCII', () => {
  const [path = ''] = namesIn('results', 'xeon-firecracker-6.18-2026-11.json');
  const document = loadDocument(path);
  const documents = ['old', 'new'].map((name) => ({ name, document }));
  const [first = ''] = asciiOf(renderComparedPlot(documents, { color: false, width: 80 }))
    .split('\n')
    .filter((line) => line.startsWith('rwx'));
  assert.match(first, /^rwx +old {2}\+-*#*\|#*-*\+[o*. ]*$/);
});

test('bars stay bars, and something is never nothing', () => {
  const buckets = [80, 33, 1].map((count, index) => ({ from: 100 + index, to: 101 + index, count }));
  const bars = asciiOf(renderHistogram(buckets, { color: false, width: 60, unit: 'ns/iter' }))
    .split('\n')
    .slice(1)
    .map((line) => line.split(/ % {2}/)[1]);
  assert.match(bars[0] ?? '', /^#+$/);
  assert.match(bars[1] ?? '', /^#+[.#]$/);
  assert.equal(bars[2], '.');
});

test('letters lose their accents, others are ?, and ASCII stays as it is', () => {
  assert.equal(asciiOf('Zoë’s 3.4 µs ± 5 %'), "Zoe's 3.4 us ~ 5 %");
  assert.equal(asciiOf('日本 😀'), '?? ?');
  assert.equal(asciiOf('\u001b[31ma\tb\u001b[39m\n'), '\u001b[31ma\tb\u001b[39m\n');
});
