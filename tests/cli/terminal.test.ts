import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPace } from '../../src/cli/display.ts';
import { showsUnicode } from '../../src/cli/terminal.ts';
import { mapbench } from '../support/mapbench.ts';

test('the locale says whether UTF-8 is shown: LC_ALL, then LC_CTYPE, then LANG', () => {
  const cases: [Record<string, string>, boolean][] = [
    [{ LANG: 'en_US.UTF-8' }, true],
    [{ LANG: 'de_DE.utf8' }, true],
    [{ LANG: 'C.UTF-8' }, true],
    [{ LANG: 'C' }, false],
    [{ LANG: 'POSIX' }, false],
    [{ LANG: 'de_DE.ISO-8859-1' }, false],
    [{ LC_ALL: 'C', LC_CTYPE: 'C.UTF-8', LANG: 'C.UTF-8' }, false],
    [{ LC_ALL: '', LC_CTYPE: 'C.UTF-8', LANG: 'C' }, true],
    [{ LC_CTYPE: 'C', LANG: 'C.UTF-8' }, false],
  ];
  for (const [environment, expected] of cases)
    for (const isTerminal of [true, false])
      assert.equal(showsUnicode(isTerminal, environment), expected, JSON.stringify(environment));
});

test('without a locale a terminal shows ASCII, and programs read UTF-8', () => {
  for (const environment of [{}, { LC_ALL: '', LANG: '' }]) {
    assert.equal(showsUnicode(true, environment), false);
    assert.equal(showsUnicode(false, environment), true);
  }
});

test('compare --plot draws what the locale can show', () => {
  const parameters = [
    ...['compare', '--plot', 'results/xeon-firecracker-6.18-2026-11.json'],
    'results/xeon-firecracker-6.18-2026-11-catalogue.json',
  ];
  const unicode = mapbench(parameters, { LC_ALL: 'C.UTF-8' }).stdout;
  const ascii = mapbench(parameters, { LC_ALL: 'C' }).stdout;
  assert.match(unicode, /^rwx +old +├[─█│]+┤.*\n {2,}new +├[─█│]+┤/m);
  assert.match(ascii, /^rwx +old +\+[-#|]+\+.*\n {2,}new +\+[-#|]+\+/m);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with them
  assert.match(ascii, /^[\u0000-\u007f]*$/);
  assert.doesNotMatch(mapbench([...parameters, '--format', 'json']).stdout, /median,|quartiles/);
});

test('short work is done whenever it is asked for, long work for a twentieth of the time', () => {
  let now = 0;
  const pace = createPace({ clock: () => now });
  let done = 0;
  const ask = (length: number) =>
    pace(() => {
      done++;
      now += length;
    });
  for (let times = 0; times < 3; times++) ask(200);
  assert.equal(done, 3);
  ask(1000);
  now += 19_000;
  ask(1000);
  assert.equal(done, 4);
  now += 1000;
  ask(10);
  assert.equal(done, 5);
  ask(10);
  assert.equal(done, 6);
});
