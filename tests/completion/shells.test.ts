import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { mapbench } from '../support/mapbench.ts';
import { lacking } from '../support/tools.ts';
import { shellFolder, typed, typeInto } from './shells.ts';

/** Those that need a terminal get it from script. */
const absent = (shell: 'bash' | 'zsh' | 'fish') => lacking(shell, 'script');
const lines = typed.map(([line]) => line);
const words = typed.map(([, expected]) => expected);

test('bash completes what is typed', { skip: absent('bash') }, (t) => {
  const setup = 'eval "$(mapbench completion bash)"';
  assert.deepEqual(typeInto(t, 'bash --norc --noprofile -i', setup, lines), words);
});

test('zsh completes what is typed', { skip: absent('zsh') }, (t) => {
  const setup = 'autoload -Uz compinit; compinit -u -D; source <(mapbench completion zsh)';
  assert.deepEqual(typeInto(t, 'zsh -f -i', setup, lines), words);
});

test('zsh completes with the script as a file of its path', { skip: absent('zsh') }, (t) => {
  const setup =
    'mapbench completion zsh > _mapbench; fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D';
  assert.deepEqual(typeInto(t, 'zsh -f -i', setup, lines.slice(0, 3)), words.slice(0, 3));
});

test('fish completes what is typed', { skip: absent('fish') }, (t) => {
  const run = shellFolder(t);
  const asked = lines.map((line) => `complete -C 'mapbench ${line}'; echo ==`);
  const answers = run('fish', ['-N', '-c', `mapbench completion fish | source; ${asked.join('; ')}`]);
  const completed = answers.split('==\n').slice(0, -1);
  assert.deepEqual(
    completed.map((answer) => answer.trim().split('\t')[0]),
    words.map((each) => each.at(-1)),
  );
});

test('fish shows every strategy with its summary', { skip: absent('fish') }, (t) => {
  const shown = shellFolder(t)('fish', [
    '-N',
    '-c',
    "mapbench completion fish | source; complete -C 'mapbench run -s '",
  ]);
  for (const { name, summary } of catalogue) assert.ok(shown.includes(`${name}\t${summary}\n`), name);
});

test('an unknown shell is refused in one sentence', () => {
  const { status, stderr } = mapbench(['completion', 'csh']);
  assert.equal(status, 2);
  assert.match(stderr, /It must be bash or zsh or fish; the nearest is \w+\./);
});
