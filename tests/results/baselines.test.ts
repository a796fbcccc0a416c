import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baselinePath } from '../../src/results/baselines.ts';

test('a baseline’s name is up to 64 letters, digits, dots, hyphens and underscores', () => {
  const longest = `a${'.B-_9'.repeat(12)}xyz`;
  assert.equal(longest.length, 64);
  assert.match(baselinePath(longest), /^results\/a\./);
  for (const name of [`${longest}z`, '', '.hidden', '-option', 'a/b', '../a', 'a b', 'ä'])
    assert.throws(() => baselinePath(name), /is no name for a baseline/, name);
});
