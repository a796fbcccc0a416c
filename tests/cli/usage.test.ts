import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapbench } from '../support/mapbench.ts';

/** What a user may mistype, and the sentence that answers. */
const mistakes: [string[], RegExp][] = [
  [['run', '-s', 'memdf'], /^mapbench: no strategy is named 'memdf'; the nearest is memfd\n$/],
  [['run', '-s', ''], /an empty name is no strategy; 'mapbench list' shows the names, as naive/],
  [['run', '-s', 'memfd,,rwx'], /an empty name is no strategy/],
  [['run', '-s', 'memdf*'], /no strategy matches 'memdf\*'; 'mapbench list' shows their names/],
  [['run', '-s', '@engine'], /no group is named '@engine'; choose from @all, @article, @engines, @kernel/],
  [['run', '-s', '@user'], /@user is empty; name a file with strategies of your own, as -s \.\/mine\.ts/],
  [['show', 'memfd*'], /'memfd\*' stands for \d+ strategies; name one/],
  [['run', '--workload', 'modul'], /the nearest is module\./],
  [['run', '--call', '10%'], /--call means nothing to --workload ret/],
  [['run', '--workload', 'module', '--call', '101%'], /a percentage from above 0% to 100%, or all/],
  [['run', '--workload', 'module', '--patches', '8'], /--patches means nothing to --workload module/],
  [['run', '--workload', 'tenancy', '--modules', '1'], /the nearest is 2\./],
  [
    ['run', '--workload', 'cold', '--engine', 'ffi'],
    /--workload cold needs --engine native: ffi runs one module that stays/,
  ],
  [
    ['show', 'naive', '--workload', 'patch'],
    /naive makes no sense here: it makes a new mapping for every load, in which there is nothing to patch/,
  ],
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
  [['run', '--live'], /--live needs --workload patch/],
  [
    ['run', '--workload', 'patch', '--live', '--threads', '2'],
    /--live stands for --threads 2 --background run/,
  ],
  [['run', '--threads', '2', '--background', 'run'], /--background run needs --workload patch/],
  [['run', '--format', 'jsn'], /It must be table or json; the nearest is json\./],
  [
    ['run', '-o', '/no/such/folder/x.json'],
    /mapbench: \/no\/such\/folder\/x\.json: cannot write: the folder \/no\/such\/folder does not exist/,
  ],
  [['run', '-o', '/tmp'], /mapbench: \/tmp: it is a folder/],
  [['run', '--forsk', '1'], /unknown option '--forsk'/],
  [['run', 'memfd'], /too many arguments/],
  [['runn'], /unknown command 'runn'/],
  [['show', 'memdf'], /the nearest is memfd/],
  [['show'], /missing required argument 'strategy'/],
  [['show', 'memfd', '--lang', 'rust'], /It must be text or c or will-it-scale or asm/],
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
