import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { depth } from '../support/depth.ts';
import { commandLines } from './command-lines.ts';
import { count } from './counts.ts';
import { whatIsWrong } from './judge.ts';
import { runWhole } from './whole.ts';
import { makeWorkplace } from './workplace.ts';

const workplace = makeWorkplace();
after(() => workplace.remove());

/** What makes a run short, for the commands that take it. */
const short = ['-s', 'memfd', '--forks', '1', '--time', '1'];

/** Command lines that begin to measure are interrupted: that, too, must end in order. */
const kill = { signal: 'SIGINT', after: 1500 } as const;

test('whole processes end with a status, in one sentence, and leave no process', async () => {
  const lines = fc.sample(commandLines(), { seed: 20261123, numRuns: depth(24, 120) });
  const all = lines.map((words) => (words[0] === 'run' ? ['run', ...short, ...words.slice(1)] : words));
  const next = all.entries();
  const worker = async () => {
    for (const [, words] of next) await check(words.map((word) => word.replaceAll('\0', '')));
  };
  await Promise.all([worker(), worker()]);
  count('bad inputs', 'whole processes', all.length);
});

async function check(words: readonly string[]): Promise<void> {
  const ending = await runWhole(words, { cwd: workplace.folder, kill });
  const what = `mapbench ${words.map((word) => JSON.stringify(word)).join(' ')}\n${ending.stderr.slice(0, 1000)}`;
  // Before it listens to SIGINT it dies of it, as any program.
  if (ending.signal !== 'SIGINT') assert.equal(whatIsWrong(ending), undefined, what);
  assert.deepEqual(ending.left, [], what);
}
