import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderOf, strategyText } from './folder.ts';

test("list has the configuration's strategies, in the group own", (t) => {
  const folder = folderOf(t, {
    'mine.ts': strategyText('mine'),
    'mapbench.config.ts': "import mine from './mine.ts';\nexport default { strategies: [mine] };\n",
  });
  const own = (...parameters: string[]) =>
    JSON.parse(folder.mapbench(...parameters, 'list', '--format', 'json').stdout)
      .filter(({ group }: { group: string }) => group === 'user')
      .map(({ name, status }: { name: string; status: string }) => [name, status]);
  assert.deepEqual(own(), [['mine', 'available']]);
  assert.deepEqual(own('--no-config'), []);
});
