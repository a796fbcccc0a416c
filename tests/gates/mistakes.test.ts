import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GateError, withCaretBelow } from '../../src/gates/errors.ts';
import { parseGate } from '../../src/gates/parse.ts';
import { messageOf } from './message.ts';

const mistakes: [text: string, message: string][] = [
  ['', 'column 1: expected a case, a number or (, found the end'],
  ['memfd', 'column 6: expected a comparison, found the end'],
  ['memfd  ', 'column 6: expected a comparison, found the end'],
  ['memfd <', 'column 8: expected a case, a number or (, found the end'],
  ['memfd 500', "column 7: expected a comparison, found '500'"],
  ['memfd = 500 ns', "column 7: expected a comparison, found '='; write =="],
  ['memfd < < 500 ns', "column 9: expected a case, a number or (, found '<'"],
  ['a < b < c', "column 7: expected the end, found '<'; a gate is one comparison, so write two gates"],
  [
    'a < 5 and b < c',
    "column 7: expected the end, found 'and'; a gate is one comparison, so write two gates",
  ],
  ['a < b c', "column 7: expected the end, found 'c'"],
  ['(a + b < c', "column 8: expected ')', found '<'"],
  ['a < b & c', "column 7: '&' has no meaning in a gate"],
  ['a < \u001b[31m', 'column 5: U+001B has no meaning in a gate'],
  ['reuse-lock < caf\u00e9', "column 17: 'é' has no meaning in a gate"],
  ['a < 1e999 ns', 'column 5: 1e999 is too large'],
  ['a < 5 min', 'column 7: min is no unit; units are ns, us, µs, ms, s and %'],
  ['a < 2 constructor', 'column 7: constructor is no unit; units are ns, us, µs, ms, s and %'],
  ['a.faults == 0', 'column 3: a case has no faults; write a.time or faults(a)'],
  [
    'fault(a) == 0',
    'column 1: there is no function fault; there are faults, instructions, change, relative, event',
  ],
  [
    'toString(a) == 0',
    'column 1: there is no function toString; there are faults, instructions, change, relative, event',
  ],
  [
    '2 < baseline',
    'column 5: baseline stands for the value of one case in the baseline, as in instructions(reuse) < 1.01 * baseline',
  ],
  [
    'a + b < baseline',
    'column 9: baseline stands for the value of one case in the baseline, as in instructions(reuse) < 1.01 * baseline',
  ],
  ['faults() == 0', "column 8: expected a case, found ')'"],
  ['faults(2 * a) == 0', "column 8: expected a case, found '2'"],
  ['faults(a.time) == 0', "column 9: expected ')', found '.'"],
  ['faults(a, b) == 0', 'column 1: faults takes 1 case, as faults(reuse)'],
  ['relative(a) < 2', 'column 1: relative takes 2 cases, as relative(memfd, reuse)'],
  ['event(a) == 0', "column 8: expected ',', found ')'"],
  ['event(a, tlb) == 0', "column 10: expected the name of an event in quotation marks, found 'tlb'"],
  ['event(a, "tlb) == 0', 'column 10: the quotation mark " has no other'],
  ['a < "b"', "column 5: expected a case, a number or (, found 'b'"],
  ['event(a, "b") < 1 ns', 'column 17: 1 ns is a time, event(a, "b") is a number'],
  ['a[] < b', "column 3: expected one of pages, threads, processes, workload, layout, engine, found ']'"],
  [
    'a[size=4] < b',
    'column 3: size does not distinguish cases; what can be given is pages, threads, processes, workload, layout, engine',
  ],
  ['a[pages=1.5] < b', "column 9: expected a whole number or a name, found '1.5'"],
  ['a[pages=4 KiB] < b', "column 11: expected ']', found 'KiB'"],
  ['a[pages=4, pages=8] < b', 'column 12: pages is given twice'],
];

const mistakenUnits: [text: string, message: string][] = [
  ['rwx < 500', 'column 7: rwx is a time, 500 has no unit; write 500 ns'],
  ['500 < rwx', 'column 1: rwx is a time, 500 has no unit; write 500 ns'],
  ['memfd - reuse > 5', 'column 17: memfd - reuse is a time, 5 has no unit; write 5 ns'],
  ['memfd < reuse + 5', 'column 17: reuse is a time, 5 has no unit; write 5 ns'],
  ['memfd < -5', 'column 9: memfd is a time, -5 is a number'],
  ['memfd < 5%', 'column 9: memfd is a time, 5% is a percentage'],
  ['faults(a) < 5 ns', 'column 13: 5 ns is a time, faults(a) is a number'],
  ['change(a) < a', 'column 13: a is a time, change(a) is a percentage'],
  ['a < b * c', 'column 9: b and c are both times, which cannot be multiplied'],
  ['1 / a < 2', 'column 5: a is a time, by which 1, a number, cannot be divided'],
  ['relative(a, b) < 1 ns', 'column 18: 1 ns is a time, relative(a, b) is a number'],
];

for (const [text, message] of [...mistakes, ...mistakenUnits]) {
  test(`mistake: ${JSON.stringify(text)}`, () =>
    assert.equal(
      messageOf(() => parseGate(text)),
      message,
    ));
}

const sound = [
  'a - b < 0',
  '0 == a',
  'a < -0',
  'a < reuse + 0',
  'a < b * (1 + 5%)',
  'a < 20% * b',
  'a / b < 20%',
  'relative(a, b) < 1.1',
  'change(a) < 0.05',
  'change(a) - change(b) < 2 * 5%',
  '(a - b) / b < 5%',
  'a < 2 * 250 ns',
  'faults(a) <= faults(b) + 1',
  '5% * 5% < 1',
];

for (const text of sound)
  test(`sound: ${text}`, () =>
    assert.equal(
      messageOf(() => parseGate(text)),
      'no error',
    ));

test('an error has its column and its problem, and its place instead of the word column', () => {
  const error = new GateError(7, 'rwx is a time', 'ci/gates.txt:3');
  assert.equal(error.message, 'ci/gates.txt:3:7: rwx is a time');
  assert.equal(error.problem, 'rwx is a time');
  assert.equal(error.column, 7);
});

test('a caret stands under the column, whatever is in the gate', () => {
  const error = new GateError(7, 'wrong');
  assert.equal(withCaretBelow(error, 'rwx < 500'), '  rwx < 500\n        ^');
  assert.equal(withCaretBelow(error, 'rwx\t<\u001b500'), '  rwx < 500\n        ^');
});
