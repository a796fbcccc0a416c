import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { manualPage } from '../../scripts/man/page.ts';
import { mapbenchProgram } from '../../src/cli/commands.ts';
import { allTopics } from '../../src/cli/topics.ts';
import { mapbench } from '../support/mapbench.ts';
import { lacking } from '../support/tools.ts';

const file = join(import.meta.dirname, '../../man/mapbench.1');
const man = (...parameters: string[]) =>
  spawnSync('man', [...parameters, '-l', file], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '100', MAN_KEEP_FORMATTING: '' },
  });

test('the manual page is what the commands say now', () => {
  assert.equal(readFileSync(file, 'utf8'), manualPage(mapbenchProgram()), 'npm run man makes it anew');
});

test('man has no warning about the page, and shows commands and options', {
  skip: lacking('man', 'groff'),
}, () => {
  assert.equal(man('--warnings', '-E', 'UTF-8', '-Tutf8', '-Z').stderr, '');
  const { stdout } = man();
  for (const text of ['MAPBENCH(1)', '--save-baseline <name>', 'GITHUB_STEP_SUMMARY', 'EXIT STATUS'])
    assert.ok(stdout.includes(text), text);
});

test('mandoc finds nothing wrong', { skip: lacking('mandoc') }, () => {
  const { stdout } = spawnSync('mandoc', ['-W', 'warning', '-T', 'lint', file], { encoding: 'utf8' });
  // It takes GATES for a misspelt NAME.
  assert.doesNotMatch(stdout, /(WARNING|ERROR|UNSUPP):/);
});

for (const { name, title, terms = [] } of allTopics) {
  test(`mapbench help ${name}`, () => {
    const { status, stdout, stderr } = mapbench(['help', name]);
    assert.equal(stderr, '');
    assert.equal(status, 0);
    assert.ok(stdout.startsWith(`${title}\n\n`));
    for (const [term] of terms) assert.ok(stdout.includes(`  ${term}`), term);
  });
}

test('help of a command, of nothing and of something unknown', () => {
  assert.match(mapbench(['help', 'run']).stdout, /^Usage: mapbench run /);
  assert.match(mapbench(['help']).stdout, /^Usage: mapbench \[options\]/);
  const { status, stdout, stderr } = mapbench(['help', 'nois']);
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^mapbench: there is no help of 'nois'; the nearest is noise; the topics are strategies, [^\n]+\n$/,
  );
});

const isRepository = existsSync(join(import.meta.dirname, '../../.git'));

test('the version names the commit that it was built from', {
  skip: lacking('git') || (!isRepository && 'this is no clone of the repository'),
}, () => {
  for (const flag of ['-V', '--version'])
    assert.match(
      mapbench([flag]).stdout,
      /^mapbench \d+\.\d+\.\d+ \([0-9a-f]{7}( with changes)?, \d{4}-\d{2}-\d{2}\)\n$/,
    );
});
