import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directoryName } from '../../src/results/export/criterion.ts';

const directoryNames: [name: string, expected: string][] = [
  ['reuse_lock', 'reuse_lock'],
  ['a/b:c?"\\*<>|^d', 'a_b_c________d'],
  ['€'.repeat(30), '€'.repeat(21)],
  ['x'.repeat(70), 'x'.repeat(64)],
  ['', '_'],
  ['.', '_'],
  ['..', '_'],
  ['...', '...'],
  ['\0\n\ud800', '___'],
];
for (const [name, expected] of directoryNames) {
  test(`${JSON.stringify(name.slice(0, 20))} as a folder's name`, () => {
    assert.equal(directoryName(name), expected);
  });
}
