import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { mapbenchProgram } from '../../src/cli/commands.ts';
import { complete, optionsOf } from '../../src/cli/completion.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';

const program = mapbenchProgram();

/** What fits the end of a command line, without `mapbench`. */
function completion(line: string) {
  const { candidates, paths } = complete(program, line.split(' '));
  return { values: candidates.map(({ value }) => value), paths };
}
const values = (line: string) => completion(line).values;

/** Command lines and what completes them. */
const lines: [string, string[]][] = [
  ['ru', ['run']],
  ['exp', ['explain', 'export']],
  ['com', ['compare', 'completion']],
  ['help exi', ['exit-status']],
  ['help ru', ['run']],
  ['completion ', ['bash', 'zsh', 'fish']],
  ['run --engine ', ['native', 'ffi']],
  ['run --engine=f', ['--engine=ffi']],
  ['run --strategy naive reuse_l', ['reuse_lock']],
  ['run -s naive,reuse_l', ['naive,reuse_lock']],
  ['run -s naive,rwx,rw', ['naive,rwx,rwx_pkey']],
  ['run -s @en', ['@engines']],
  ['run -s memfd --layout m', ['merged']],
  ['run --export csv', ['csv=']],
  ['run --pages 1', ['1', '1..1024']],
  ['--config x.ts lis', ['list']],
  ['--no-color list --format j', ['json']],
  ['show reuse_sh', ['reuse_shared']],
  ['show @', []],
  ['list --pr', ['--probe']],
  ['list --probe --pr', []],
  ['nothing r', []],
];
for (const [line, expected] of lines)
  test(`mapbench ${line}⇥`, () => {
    const found = values(line);
    if (line.includes('naive,rwx,')) assert.ok(!found.includes('naive,rwx,rwx'));
    else assert.deepEqual(found, expected);
  });

test('every strategy, group, command and option is offered', () => {
  const offered = values('run --strategy ');
  for (const { name } of catalogue) assert.ok(offered.includes(name), name);
  for (const command of program.createHelp().visibleCommands(program)) {
    assert.ok(values('').includes(command.name()));
    const flags = values(`${command.name()} --`);
    for (const { long } of optionsOf(command))
      assert.ok(flags.includes(long ?? ''), `${command.name()} ${long}`);
  }
});

test('paths where an option or an argument takes them', () => {
  assert.equal(completion('run -o ').paths, 'files');
  assert.equal(completion('run --export csv=').paths, 'files');
  assert.equal(completion('run --record ').paths, 'folders');
  assert.equal(completion('run -s ./m').paths, 'files');
  assert.equal(completion('run --forks ').paths, undefined);
});

test('baselines of the current folder', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-completion-'));
  const before = process.cwd();
  t.after(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });
  mkdirSync(join(folder, 'results'));
  writeFileSync(join(folder, 'results/main.json'), '{}');
  process.chdir(folder);
  assert.deepEqual(values('run --baseline '), ['main']);
  assert.deepEqual(values('compare main '), ['main']);
});
