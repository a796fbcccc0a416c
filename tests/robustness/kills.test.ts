import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseDocument } from '../../src/results/parse.ts';
import { createRandom } from '../../src/statistics/random.ts';
import { depth } from '../support/depth.ts';
import { sharedMemoryIsGone } from '../support/mapbench.ts';
import { count } from './counts.ts';
import { runWhole } from './whole.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapbench-kills-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const seed = 20261123;
const output = join(folder, 'run.json');
const words = ['run', '-s', 'memfd,shm_open,rwx', '--forks', '4', '--time', '20', '-o', output];

/**
 * Milliseconds from the start: into Node's own, the first fork, between forks, while the document is written.
 */
const moments = (number: number) => {
  const random = createRandom(seed);
  return Array.from({ length: number }, () => Math.round(100 + 1900 * random.next()));
};

for (const [signal, number] of [
  ['SIGKILL', depth(4, 15)],
  ['SIGINT', depth(2, 8)],
  ['SIGTERM', depth(2, 7)],
] as const) {
  test(`${number} runs that ${signal} ends at any moment leave a whole document or none, and nothing else`, async () => {
    for (const moment of moments(number)) {
      const before = existsSync(output) ? readFileSync(output, 'utf8') : undefined;
      const ending = await runWhole(words, { kill: { signal, after: moment } });
      const what = `${signal} after ${moment} ms, seed ${seed}: ${ending.stderr}`;
      assert.deepEqual(ending.left, [], what);
      // What the last run left is there, or what this one measured.
      const now = existsSync(output) ? readFileSync(output, 'utf8') : undefined;
      if (now !== undefined) parseDocument(now, output);
      else assert.equal(before, undefined, what);
      await sharedMemoryIsGone();
      checkStatus(ending, signal, what);
      assert.doesNotMatch(ending.stderr, /^\s+at /m, what);
      count('kills', signal);
    }
  });
}

/** Before it listens to a signal it dies of it; after its work it has its usual status. */
function checkStatus(
  { status, signal: by }: { status: number | null; signal: string | null },
  signal: 'SIGKILL' | 'SIGINT' | 'SIGTERM',
  what: string,
): void {
  const own = { SIGKILL: null, SIGINT: 130, SIGTERM: 143 }[signal];
  assert.ok(by === signal || status === 0 || status === own, `${what}, status ${status}`);
}
