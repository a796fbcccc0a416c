import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { brief, mapbenchIn } from './folder.ts';

const root = join(import.meta.dirname, '../..');
const example = 'examples/strategies/two-flips.ts';

test('the example is measured', () => {
  const { status, stdout, stderr } = mapbenchIn(root, ['run', '-s', example, ...brief, '--format', 'json']);
  assert.equal(status, 0, stderr);
  const { cases, options } = JSON.parse(stdout);
  assert.deepEqual(options.strategies, ['two_flips']);
  assert.equal(cases[0].status, 'measured');
  assert.ok(cases[0].estimate.point > 0);
});

test('the example does what it says', () => {
  const { status, stdout } = mapbenchIn(root, ['verify', example, '--draws', '0']);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /two_flips/);
});

test('the example configuration gives strategies, defaults and a gate', () => {
  const { status, stdout, stderr } = mapbenchIn(join(root, 'examples'), [
    'run',
    '--forks',
    '1',
    '--time',
    '5',
  ]);
  assert.match(stdout, /(holds|undecided|fails): two_flips < 2 \* reuse/, stderr);
  assert.ok(status === 0 || status === 3, stderr);
});

test('ab and explain know a file and a configuration', () => {
  const ab = mapbenchIn(join(root, 'examples'), [
    'ab',
    '-s two_flips',
    '-s reuse',
    '--duration',
    '1',
    '--format',
    'json',
  ]);
  assert.equal(JSON.parse(ab.stdout).a, 'two_flips/pages=4', ab.stderr);
  const explained = mapbenchIn(root, ['explain', example, '--forks', '2', '--time', '5']);
  assert.equal(explained.status, 0, explained.stderr);
  assert.match(explained.stdout, /two_flips/);
});
