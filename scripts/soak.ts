/**
 * Counts what the tests of robustness try, and writes results/robustness.md: `npm run soak`. Takes minutes.
 * With MAPBENCH_FUZZ=10, ten times as many inputs.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wrapMarkdown } from './prose/markdown.ts';
import { robustnessPage } from './soak/page.ts';
import { tallyOf } from './soak/tally.ts';

const tests = [
  'tests/robustness/front-door.test.ts',
  'tests/robustness/whole-process.test.ts',
  'tests/robustness/situations.test.ts',
  'tests/robustness/kills.test.ts',
  'tests/robustness/faults.test.ts',
  'tests/cli/failures.test.ts',
  'tests/program/failures.test.ts',
  'tests/program/ownership.test.ts',
  'tests/statistics/coverage.test.ts',
  'tests/page/browser.test.ts',
];

const folder = mkdtempSync(join(tmpdir(), 'mapbench-counts-'));
const counts = join(folder, 'counts');
writeFileSync(counts, '');
const { status } = spawnSync(
  process.execPath,
  ['--import', 'tsx', '--test', '--test-concurrency=1', ...tests],
  { stdio: 'inherit', env: { ...process.env, MAPBENCH_COUNTS: counts, MAPBENCH_SOAK: '1' } },
);
// Of tests that fail there is nothing to be said but that.
if (status !== 0) process.exitCode = 1;
else
  writeFileSync('results/robustness.md', wrapMarkdown(robustnessPage(tallyOf(readFileSync(counts, 'utf8')))));
rmSync(folder, { recursive: true });
