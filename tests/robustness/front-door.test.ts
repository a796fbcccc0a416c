import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { depth } from '../support/depth.ts';
import { optionCount } from './command-lines.ts';
import { count } from './counts.ts';
import type { FuzzReport } from './fuzz.ts';

/** Of a night's run, say, with MAPBENCH_FUZZ=100: that many times as many inputs. */
const times = Number(process.env.MAPBENCH_FUZZ ?? 1);
const seed = process.env.MAPBENCH_FUZZ_SEED ?? '20261123';

const targets: Record<string, number> = {
  'command lines': depth(250, 2500),
  gates: depth(250, 2000),
  documents: depth(200, 1000),
  configurations: depth(150, 400),
};

for (const [name, cases] of Object.entries(targets)) {
  test(`${name}: ${cases * times} inputs of fuzzing end in a result or in one sentence`, async () => {
    const { cases: tried, statuses, wrong } = await fuzz(name, cases * times);
    assert.equal(wrong, undefined);
    assert.ok(Object.keys(statuses).length >= 2, `only ${JSON.stringify(statuses)}: it never gets far`);
    count('bad inputs', name, tried);
  });
}

test('every option is fuzzed', () => assert.ok(optionCount() > 100, `${optionCount()} options`));

function fuzz(name: string, cases: number): Promise<FuzzReport> {
  const script = join(import.meta.dirname, 'fuzz.ts');
  const child = fork(script, [name, String(cases), seed], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  return new Promise((resolve, reject) => {
    child.on('message', (report) => resolve(report as FuzzReport));
    child.on('exit', (code) => reject(new Error(`fuzzing ${name} ended with ${code} and no report`)));
  });
}
