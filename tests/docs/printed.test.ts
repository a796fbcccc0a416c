import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const project = join(import.meta.dirname, '../..');

for (const [page, script] of [
  ['docs/kernels.md', 'scripts/kernels.ts'],
  ['docs/policies.md', 'scripts/policies.ts'],
  ['docs/threads.md', 'scripts/threads.ts'],
] as const)
  test(`${page} is what ${script} prints of the recorded results`, () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script], {
      cwd: project,
      encoding: 'utf8',
    });
    assert.equal(stdout, readFileSync(join(project, page), 'utf8'), stderr);
  });
