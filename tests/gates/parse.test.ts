import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GateError } from '../../src/gates/errors.ts';
import { parseComparison, parseGate } from '../../src/gates/parse.ts';
import { printComparison } from '../../src/gates/print.ts';
import { longestGate } from '../../src/gates/tokens.ts';
import { comparison } from './arbitraries.ts';
import { withoutColumns } from './without-columns.ts';

const printed = (text: string) => printComparison(parseComparison(text));

test('every node knows its column', () => {
  assert.deepEqual(parseGate('  memfd[pages=16] < 20% * relative(a, b) * -reuse', 'gates.txt:3'), {
    text: '  memfd[pages=16] < 20% * relative(a, b) * -reuse',
    place: 'gates.txt:3',
    operator: '<',
    left: { kind: 'case', strategy: 'memfd', conditions: [{ key: 'pages', value: '16' }], column: 3 },
    right: {
      kind: 'binary',
      operator: '*',
      left: {
        kind: 'binary',
        operator: '*',
        left: { kind: 'number', value: 20, unit: '%', column: 21 },
        right: {
          kind: 'call',
          name: 'relative',
          cases: [
            { kind: 'case', strategy: 'a', conditions: [], column: 36 },
            { kind: 'case', strategy: 'b', conditions: [], column: 39 },
          ],
          column: 27,
        },
        column: 21,
      },
      right: {
        kind: 'negation',
        operand: { kind: 'case', strategy: 'reuse', conditions: [], column: 45 },
        column: 44,
      },
      column: 21,
    },
  });
});

const spellings: [text: string, preferred: string][] = [
  ['memfd<0.2*reuse', 'memfd < 0.2 * reuse'],
  ['rwx.time < 500ns', 'rwx < 500 ns'],
  ['memfd[engine=ffi,layout=kernel].time >= 1 us', 'memfd[engine=ffi, layout=kernel] >= 1 µs'],
  ['memfd[pages=1e1] != .5 \u03bcs', 'memfd[pages=10] != 0.5 µs'],
  ['change( memfd ) < 5 %', 'change(memfd) < 5%'],
  ['a < 1e3 s', 'a < 1000 s'],
  ['a < 1E-2ms', 'a < 0.01 ms'],
  // Names mean what their place makes them mean.
  ['ns < 5 ns * s', 'ns < 5 ns * s'],
  ['faults == and', 'faults == and'],
];

for (const [text, preferred] of spellings) {
  test(`${text} is ${preferred}`, () => assert.equal(printed(text), preferred));
}

const groupings: [text: string, grouped: string][] = [
  ['a + b * c < d', 'a + (b * c) < d'],
  ['a * b + c < d', '(a * b) + c < d'],
  ['a - b - c < d', '(a - b) - c < d'],
  ['a / b / c < d', '(a / b) / c < d'],
  ['a / b * c < d', '(a / b) * c < d'],
  ['a - b + c < d', '(a - b) + c < d'],
  ['-a * b < d', '(-a) * b < d'],
  ['a - -b < d', 'a - (-b) < d'],
  ['--a < d', '-(-a) < d'],
  ['a < b + c * d', 'a < (b + (c * d))'],
];

for (const [text, grouped] of groupings) {
  test(`${text} is ${grouped}`, () => {
    assert.deepEqual(withoutColumns(parseComparison(text)), withoutColumns(parseComparison(grouped)));
    assert.equal(printed(grouped), text, 'no needless parentheses');
  });
}

test('parentheses that matter stay', () => {
  for (const text of [
    '(a + b) * c < d',
    'a - (b - c) < d',
    'a / (b * c) < d',
    '-(a + b) < d',
    '-(a * b) < d',
  ])
    assert.equal(printed(text), text);
});

test('what is printed parses to the same tree', () => {
  fc.assert(
    fc.property(comparison, (tree) => {
      const text = printComparison(tree);
      fc.pre(text.length <= longestGate);
      assert.deepEqual(withoutColumns(parseComparison(text)), withoutColumns(tree));
    }),
  );
});

/** Parses, and checks what comes of it if it cannot. */
function survives(text: string): void {
  try {
    parseGate(text);
  } catch (error) {
    assert.ok(error instanceof GateError, `${error}`);
    assert.ok(error.column >= 1 && error.column <= text.length + 1, `column ${error.column}`);
  }
}

test('any text is a gate or a GateError at one of its columns', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), survives));
});

const lexeme = fc.constantFrom(
  ...['memfd', 'faults', 'relative', 'pages', 'time', 'ns', 'µs', 'and', '0', '1', '.5', '1e3', '1e999', '%'],
  ...['<', '<=', '==', '!=', '=', '!', '+', '-', '*', '/', '(', ')', '[', ']', ',', '.', '&', '\t', '😀'],
);

test('any row of lexemes is a gate or a GateError at one of its columns', () => {
  const row = fc.tuple(fc.array(lexeme), fc.constantFrom('', ' '));
  fc.assert(
    fc.property(row, ([lexemes, between]) => survives(lexemes.join(between))),
    { numRuns: 1000 },
  );
});

test('a gate with one change is a gate or a GateError at one of its columns', () => {
  const change = fc.tuple(
    comparison.map(printComparison),
    fc.nat(),
    fc.nat(2),
    fc.oneof(lexeme, fc.constant('')),
  );
  fc.assert(
    fc.property(change, ([text, where, removed, added]) => {
      const at = where % (text.length + 1);
      survives(text.slice(0, at) + added + text.slice(at + removed));
    }),
  );
});

test('the longest gates neither overflow the stack nor pass the limit', () => {
  const longest = [
    '('.repeat(1000),
    '-'.repeat(1000),
    `${'-'.repeat(994)}a < b`,
    `a < ${'1+'.repeat(497)}1 `,
  ];
  for (const text of longest) survives(text);
  assert.throws(() => parseGate(`a < ${' '.repeat(1000)}b`), {
    message: 'column 1001: a gate has at most 1000 characters',
  });
});
