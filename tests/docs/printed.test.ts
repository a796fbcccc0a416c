import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { blocksOf } from './blocks.ts';

const project = join(import.meta.dirname, '../..');
const read = (page: string) => readFileSync(join(project, page), 'utf8');

function printed(script: string, ...options: string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', script, ...options], {
    cwd: project,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

for (const [page, script, ...options] of [
  ['README.md', 'scripts/readme.ts', '--print'],
  ['docs/kernels.md', 'scripts/kernels.ts'],
  ['docs/policies.md', 'scripts/policies.ts'],
  ['docs/threads.md', 'scripts/threads.ts'],
] as const)
  test(`${page} is what ${script} prints of the recorded results`, () =>
    assert.equal(printed(script, ...options), read(page)));

test('the pages of the strategies are what scripts/strategies.ts writes of the recorded results', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-strategies-'));
  t.after(() => rmSync(folder, { recursive: true }));
  printed('scripts/strategies.ts', 'results/xeon-firecracker-6.18-2026-11', folder);
  const pages = ['docs/strategies.md', 'results/strategies-epyc.md', 'results/strategies-workloads.md'];
  assert.equal(readdirSync(folder).length, pages.length);
  for (const page of pages)
    assert.equal(readFileSync(join(folder, page.replace(/^.*\//, '')), 'utf8'), read(page));
});

for (const [page, file, start] of [
  ['docs/accuracy.md', 'results/accuracy-epyc-firecracker-6.18-2026-11.txt', 'strategy   '],
  ['docs/statistics.md', 'results/change-points.txt', 'runs '],
] as const)
  test(`the rows that ${page} shows are rows of ${file}`, () => {
    const rows = blocksOf(read(page))
      .find(({ text }) => text.startsWith(start))
      ?.text.trimEnd()
      .split('\n');
    assert.ok(rows !== undefined && rows.length > 5);
    const kept = new Set(read(file).split('\n'));
    assert.deepEqual(
      rows.filter((row) => !kept.has(row)),
      [],
    );
  });

test('output of more than 15 lines lies in results/, not in a page', () => {
  const pages = readdirSync(join(project, 'docs')).filter((name) => name.endsWith('.md'));
  for (const name of pages)
    for (const { language, text } of blocksOf(read(`docs/${name}`)))
      if (language === '' || language === 'console')
        assert.ok(text.split('\n').length <= 16, `${name}: ${text.slice(0, 80)}`);
});
