import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { printComparison } from '../../../src/gates/print.ts';
import { comparison } from '../../gates/arbitraries.ts';
import { callMapbench } from '../../support/in-process.ts';
import type { Target } from './target.ts';

const lexeme = fc.constantFrom(
  ...[
    'memfd',
    'rwx',
    'faults',
    'change',
    'relative',
    'pages',
    'time',
    'ns',
    'µs',
    'and',
    '0',
    '1',
    '.5',
    '1e3',
  ],
  ...[
    '<',
    '<=',
    '==',
    '!=',
    '=',
    '!',
    '+',
    '-',
    '*',
    '/',
    '(',
    ')',
    '[',
    ']',
    ',',
    '.',
    '&',
    '\t',
    '😀',
    '1e999',
  ],
  ...['__proto__', 'constructor', '%', '5%', '\u001b[31m', '\n', '#', '\u202e', '\ud800', '(((((((('],
);

const rows = fc
  .tuple(fc.array(lexeme, { maxLength: 12 }), fc.constantFrom('', ' '))
  .map(([lexemes, between]) => lexemes.join(between));

/** Sound gates, about strategies that the run has, with a piece of them replaced. */
const changed = fc
  .tuple(comparison.map(printComparison), fc.nat(), fc.nat(3), fc.oneof(lexeme, fc.constant('')))
  .map(([text, where, removed, added]) => {
    const at = where % (text.length + 1);
    return (text.slice(0, at) + added + text.slice(at + removed)).replaceAll(
      /\b[A-Za-z_]\w*\b(?=\s*<)/g,
      'memfd',
    );
  });

const text = fc.oneof(rows, changed, fc.string({ unit: 'binary' }));

/** Gates on the command line and in files. */
export const gates: Target<{ text: string; inFile: boolean }> = {
  name: 'gates',
  mayFail: false,
  inputs: fc.record({ text: text.map((each) => each.replaceAll('\0', '')), inFile: fc.boolean() }),
  async attempt({ text, inFile }) {
    writeFileSync('fuzzed-gates.txt', `memfd < 1 s\n${text}\n`);
    const given = inFile ? ['--assert-file', 'fuzzed-gates.txt'] : ['--assert', text];
    return [await callMapbench(['run', '-s', 'memfd,rwx', ...given])];
  },
};
