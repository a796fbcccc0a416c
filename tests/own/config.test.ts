import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from '../../src/cli/commands.ts';
import { applyDefaults } from '../../src/cli/config-file.ts';
import { brief, folderOf, strategyText } from './folder.ts';

const config = (fields: string) => `import { defineConfig } from 'mapbench';
import mine from './mine.ts';

export default defineConfig({ strategies: [mine], ${fields} });
`;
const files = (fields: string) => ({ 'mapbench.config.ts': config(fields), 'mine.ts': strategyText('mine') });

test('strategies join the names, defaults apply, gates are decided', (t) => {
  const folder = folderOf(
    t,
    files(
      "defaults: { strategy: ['mine', 'rwx'], forks: 1, time: 5, pages: [1, 2] }, gates: ['mine[pages=2] < 1 s'],",
    ),
  );
  const { status, stdout, stderr } = folder.mapbench('run');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /1 fork,/);
  assert.match(stdout, /holds: mine\[pages=2\] < 1 s/);
  const json = folder.mapbench('run', '--pages', '1', '--format', 'json', '-s', '@user');
  assert.deepEqual(
    JSON.parse(json.stdout).cases.map(({ id }: { id: string }) => id),
    ['mine/pages=1'],
  );
  assert.equal(
    json.stderr.split('\n').find((line) => line.includes('gates')),
    'mapbench: mapbench.config.ts: gates[0] is left out: no case mine[pages=2] in this run; there is mine[pages=1]',
  );
  const strict = folder.mapbench('run', '--pages', '1', '--strict');
  assert.equal(strict.status, 2);
});

test('a gate of the configuration that fails ends with 3, beside those of the command line', (t) => {
  const folder = folderOf(t, files("gates: ['mine < 1 ns'],"));
  const { status, stdout } = folder.mapbench('run', '-s', 'mine', ...brief, '--assert', 'mine < 1 s');
  assert.equal(status, 3);
  assert.match(stdout, /fails: mine < 1 ns/);
  assert.match(stdout, /holds: mine < 1 s/);
});

test('--no-config ignores it, --config names another', (t) => {
  const folder = folderOf(t, {
    ...files(''),
    'other.js': config('').replace('[mine]', "[{ ...mine, name: 'theirs' }]"),
  });
  assert.match(folder.mapbench('show', 'mine').stdout, /^mine:/);
  assert.match(folder.mapbench('show', '@user').stdout, /^mine:/);
  const former = folder.mapbench('show', '@own');
  assert.match(former.stdout, /^mine:/);
  assert.match(former.stderr, /^mapbench: @own is called @user now$/m);
  assert.match(folder.mapbench('show', 'mine', '--no-config').stderr, /no strategy is named 'mine'/);
  assert.match(folder.mapbench('--config', 'other.js', 'show', 'theirs').stdout, /^theirs:/);
  const absent = folder.mapbench('--config', 'absent.ts', 'run');
  assert.equal(absent.stderr, 'mapbench: absent.ts: there is no such file\n');
  assert.equal(absent.status, 2);
});

/** What is wrong with the fields of a configuration, and the sentence that answers. */
const mistakes: [fields: string, sentence: string][] = [
  ["defaults: { forks: 'many' }", 'defaults.forks is "many"; expected a whole number from 1 to 1000'],
  ['defaults: { time: 0 }', 'defaults.time is 0; expected a whole number from 1 to 3600000'],
  ['defaults: { pages: [4, {}] }', 'defaults.pages is a list; expected a whole number from 1 to 65536'],
  [
    "defaults: { layout: 'guard' }",
    'defaults.layout is "guard"; expected guarded or kernel or merged; the nearest is guarded',
  ],
  ['defaults: { frks: 3 }', 'defaults.frks is not known; the nearest is forks'],
  ["defaults: { phases: 'yes' }", 'defaults.phases is "yes"; expected true or false'],
  ['defaults: { output: 3.5, baseline: [] }', 'defaults.baseline is a list; expected a text'],
  ['defaults: 3', 'defaults is 3; expected an object with options of run'],
  ['gate: []', 'gate is not known; the nearest is gates'],
  ['gates: [3]', "gates.0 is 3; expected a text, as 'memfd < 0.2 * reuse'"],
  ["gates: 'memfd < rwx'", 'gates is "memfd < rwx"; expected a list of texts'],
  ["gates: ['memdf < rwx']", "gates[0]: no strategy is named 'memdf'; the nearest is memfd"],
  ['strategies: mine', 'strategies is an object; expected a list of strategies'],
  ["strategies: [{ ...mine, wx: 'x' }]", 'strategy 1: wx is "x"; expected flip, dual, no-write or rwx'],
];

for (const [fields, sentence] of mistakes) {
  test(`a configuration with ${fields} is refused in one sentence`, (t) => {
    const { status, stdout, stderr } = folderOf(t, files(fields)).mapbench('run', '-s', 'mine');
    assert.equal(stderr, `mapbench: mapbench.config.ts: ${sentence}\n`);
    assert.equal(stdout, '');
    assert.equal(status, 2);
  });
}

test('a configuration that is wrong concerns neither help nor commands without strategies', (t) => {
  const folder = folderOf(t, { 'mapbench.config.ts': 'export default {;' });
  assert.equal(folder.mapbench('--help').status, 0);
  assert.match(folder.mapbench('compare', 'x.json', 'y.json').stderr, /x\.json/);
  assert.match(folder.mapbench('list').stderr, /^mapbench: mapbench\.config\.ts:1:17: /);
});

/** The options that a command line and defaults make. */
function optionsOf(words: string[], defaults: Record<string, unknown>) {
  const command = runCommand();
  command.parseOptions(words);
  applyDefaults(command, defaults, 'mapbench.config.ts');
  return command.opts();
}

test('the command line wins over defaults, a preset over what it stands for', () => {
  const defaults = {
    forks: 30,
    time: 10,
    rigorous: true,
    workload: 'patch',
    patches: 3,
    export: ['csv=a.csv', 'json=b.json'],
  };
  assert.equal(optionsOf([], defaults).forks, 30);
  assert.equal(optionsOf(['--forks', '2'], defaults).forks, 2);
  const quick = optionsOf(['--quick'], defaults);
  assert.deepEqual([quick.forks, quick.time, quick.rigorous], [undefined, undefined, undefined]);
  assert.equal(optionsOf([], defaults).patches, 3);
  assert.equal(optionsOf(['--workload', 'ret'], defaults).patches, undefined);
  assert.equal((optionsOf([], defaults).export as unknown[]).length, 2);
  assert.deepEqual(optionsOf([], { pages: '1..4' }).pages, [1, 2, 4]);
  assert.equal(optionsOf([], { precision: '2%' }).precision, 0.02);
  assert.deepEqual(optionsOf(['-s', 'rwx'], { strategy: 'memfd' }).strategy, ['rwx']);
});
