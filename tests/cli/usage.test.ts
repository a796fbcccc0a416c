import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapbench } from '../support/mapbench.ts';

/** What a user may mistype, and the sentence that answers. */
const mistakes: [string[], RegExp][] = [
  [['run', '-s', 'memdf'], /No strategy is named 'memdf'; the nearest is memfd\./],
  [['run', '-s', ''], /It names no strategy; choose from naive, reuse,/],
  [['run', '-s', 'memfd,,rwx'], /It names no strategy/],
  [['run', '-s'], /option '-s, --strategy <name...>' argument missing/],
  [['run', '--pages', '0'], /whole number from 1 to 65536; the nearest is 1\./],
  [['run', '--pages', '-3'], /the nearest is 1\./],
  [['run', '--pages', '4.5'], /the nearest is 5\./],
  [['run', '--pages', '1e9'], /the nearest is 65536\./],
  [['run', '--pages', '4,'], /whole number/],
  [['run', '--pages', ''], /whole number/],
  [['run', '--pages', 'four'], /whole number/],
  [['run', '--forks', '0'], /whole number from 1 to 1000; the nearest is 1\./],
  [['run', '--time', 'Infinity'], /the nearest is 3600000\./],
  [['run', '--time', 'NaN'], /whole number/],
  [['run', '--seed', '-1'], /the nearest is 0\./],
  [['run', '--cpu', '1000'], /--cpu 1000: this process may run on CPU .*; the nearest is \d+/],
  [['run', '--engine', 'natvie'], /It must be native or ffi; the nearest is native\./],
  [['run', '--layout', 'guard'], /the nearest is guarded\./],
  [['run', '--format', 'jsn'], /It must be table or json; the nearest is json\./],
  [
    ['run', '-o', '/no/such/folder/x.json'],
    /mapbench: \/no\/such\/folder\/x\.json: the folder \/no\/such\/folder does not exist/,
  ],
  [['run', '-o', '/tmp'], /mapbench: \/tmp: it is a folder/],
  [['run', '--forsk', '1'], /unknown option '--forsk'/],
  [['run', 'memfd'], /too many arguments/],
  [['runn'], /unknown command 'runn'/],
  [['show', 'memdf'], /the nearest is memfd/],
  [['show'], /missing required argument 'strategy'/],
  [['show', 'memfd', '--lang', 'rust'], /It must be text or c/],
  [['list', '--format', 'xml'], /It must be table or json/],
];

for (const [parameters, sentence] of mistakes) {
  test(`mapbench ${parameters.join(' ')} is refused in one sentence`, () => {
    const { status, stdout, stderr } = mapbench(parameters);
    assert.match(stderr, sentence);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.ok(stderr.trim().split('\n').length <= 2, stderr);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });
}

test('help and version go to standard output', () => {
  for (const flag of ['--help', '--version', 'help']) {
    const { status, stdout, stderr } = mapbench([flag]);
    assert.equal(status, 0);
    assert.notEqual(stdout, '');
    assert.equal(stderr, '');
  }
});
