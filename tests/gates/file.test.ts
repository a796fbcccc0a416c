import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGates } from '../../src/gates/parse.ts';
import { messageOf } from './message.ts';

const text = `\ufeff# What code loading may cost
memfd < 0.2 * reuse   # the article's main claim

   faults(reuse) == 0\r
rwx.time < 500 ns#tight
`;

test('a gate a line; comments and blank lines are passed over', () => {
  assert.deepEqual(
    parseGates(text, 'ci/gates.txt').map((gate) => [gate.place, gate.text]),
    [
      ['ci/gates.txt:2', 'memfd < 0.2 * reuse'],
      ['ci/gates.txt:4', '   faults(reuse) == 0'],
      ['ci/gates.txt:5', 'rwx.time < 500 ns'],
    ],
  );
  assert.deepEqual(parseGates('', 'x'), []);
  assert.deepEqual(parseGates('# nothing\n\n', 'x'), []);
});

test('an error names file, line and column of the file', () => {
  assert.equal(
    messageOf(() => parseGates(`${text}\n  rwx < 500 # no unit`, 'gates.txt')),
    'gates.txt:7:9: rwx is a time, 500 has no unit; write 500 ns',
  );
  assert.equal(
    messageOf(() => parseGates('memfd < # 500 ns', 'gates.txt')),
    'gates.txt:1:8: expected a case, a number or (, found the end',
  );
});
