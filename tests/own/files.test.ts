import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadStrategyFile } from '../../src/runner/user/check.ts';
import { brief, folderOf, strategyText } from './folder.ts';

for (const extension of ['ts', 'mts', 'js', 'mjs']) {
  test(`a .${extension} file in a folder without mapbench is measured`, (t) => {
    const folder = folderOf(t, { [`mine.${extension}`]: strategyText('mine') });
    const { status, stdout, stderr } = folder.mapbench(
      'run',
      '-s',
      `./mine.${extension}`,
      'rwx',
      ...brief,
      '--format',
      'json',
    );
    assert.equal(status, 0, stderr);
    const { cases } = JSON.parse(stdout);
    assert.deepEqual(
      cases.map((each: { strategy: string; status: string }) => [each.strategy, each.status]),
      [
        ['mine', 'measured'],
        ['rwx', 'measured'],
      ],
    );
  });
}

test('CommonJS, path imports, JSON, packages and top-level await', async (t) => {
  const { path } = folderOf(t, {
    'mine.ts': `import names from './names.json';
import own from 'a-package';
import { basename } from 'node:path';
import { strategy } from './parts.cjs';
await Promise.resolve();
export const mine = { ...strategy, name: names.mine + own + basename(import.meta.filename, '.ts') };
export const helper = () => 1;
export default mine;
`,
    'names.json': '{ "mine": "a" }',
    'parts.cjs': "exports.strategy = { summary: 's', wx: 'flip', needs: 'nothing', define() {} };",
    'node_modules/a-package/package.json': '{ "name": "a-package", "exports": { "import": "./index.mjs" } }',
    'node_modules/a-package/index.mjs': "export default '_b_';",
  });
  const strategies = await loadStrategyFile(join(path, 'mine.ts'));
  assert.deepEqual(
    strategies.map(({ name }) => name),
    ['a_b_mine'],
  );
});

test('a file works after one that is wrong', async (t) => {
  const { path } = folderOf(t, { 'wrong.ts': 'export default {;', 'mine.ts': strategyText('mine') });
  await assert.rejects(loadStrategyFile(join(path, 'wrong.ts')), { name: 'RequestError' });
  assert.equal((await loadStrategyFile(join(path, 'mine.ts'))).length, 1);
});

test('a folder whose name has blanks and signs', (t) => {
  const folder = folderOf(t, { 'a b #ü%20/mine.ts': strategyText('mine') });
  assert.match(folder.mapbench('show', './a b #ü%20/mine.ts').stdout, /^mine: one mapping that is both\n/);
});
