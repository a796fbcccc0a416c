import { mkdirSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { exportFormats } from '../../../src/results/export/formats.ts';
import { callMapbench } from '../../support/in-process.ts';
import { mutationsOf } from '../mutations.ts';
import { smallDocuments } from '../small-documents.ts';
import type { Target } from './target.ts';

/** All that reads a document. */
const consumers: readonly string[][] = [
  ['compare', 'good.json', 'fuzzed/fuzzed.json', '--plot'],
  ['compare', 'fuzzed/fuzzed.json', 'good.json', '--strict'],
  ['compare', 'fuzzed/fuzzed.json', 'fuzzed/fuzzed.json', '--plot', '--fail-on', 'regression'],
  ['compare', 'good.json', 'fuzzed/fuzzed.json', 'other.json', '--format', 'json'],
  ['compare', 'good.json', 'fuzzed/fuzzed.json', 'other.json', '--plot'],
  ['compare', '--by-host', 'good.json', 'fuzzed/fuzzed.json', 'other.json'],
  ['report', 'fuzzed/fuzzed.json', '-o', 'page.html'],
  ['report', 'good.json', 'fuzzed/fuzzed.json', '-o', 'page.html', '--history', 'fuzzed'],
  ['report', 'fuzzed/fuzzed.json', '-o', 'page.html', '--assert', 'memfd < 0.2 * reuse'],
  ['run', '-s', 'memfd', '--baseline', 'fuzzed/fuzzed.json', '--assert', 'change(memfd) < 5%'],
  ['history', 'fuzzed'],
  ['history', 'fuzzed', '--metric', 'relative', '--format', 'json'],
  ...exportFormats.map((format) => [
    ...['export', 'fuzzed/fuzzed.json', '--format', format],
    ...['-o', `exported-${format}`],
  ]),
];

/** Documents that were damaged, in everything that reads them. */
export const documents: Target<{ text: string; turn: number }> = {
  name: 'documents',
  mayFail: false,
  inputs: fc.record({ text: mutationsOf(smallDocuments()), turn: fc.nat({ max: consumers.length - 1 }) }),
  async attempt({ text, turn }) {
    mkdirSync('fuzzed', { recursive: true });
    writeFileSync('fuzzed/fuzzed.json', text);
    const words = [turn, turn + 7].map((index) => consumers[index % consumers.length] ?? []);
    return [await callMapbench(words[0] ?? []), await callMapbench(words[1] ?? [])];
  },
};
