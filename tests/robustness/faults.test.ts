import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { hostArchitecture } from '../../src/system/syscalls.ts';
import { isSoak } from '../support/depth.ts';
import { mapbench } from '../support/mapbench.ts';
import { count } from './counts.ts';
import { whatIsWrong } from './judge.ts';
import { runWhole } from './whole.ts';

const isX64 = hostArchitecture() === 'x64';
const underFilter = join(import.meta.dirname, '../support/under-filter.ts');
const folder = mkdtempSync(join(tmpdir(), 'mapbench-faults-'));
const file = join(folder, 'run.json');
const words = ['run', '-s', 'memfd', '--forks', '1', '--time', '1', '-o', file];
after(() => rmSync(folder, { recursive: true, force: true }));
before(() => assert.equal(mapbench(words).status, 0));

/** System calls of x86-64 that saving, announcing, pinning and looking around need, but no strategy. */
const calls: Readonly<Record<string, number>> = {
  rename: 82,
  socket: 41,
  bind: 49,
  sched_setaffinity: 203,
  getrusage: 98,
  unlink: 87,
  readlink: 89,
  getcwd: 79,
  prctl: 157,
};
const errors = { EPERM: 1, EIO: 5, ENOSPC: 28, ENOSYS: 38 };
const all = Object.entries(errors);

for (const [index, [call, number]] of Object.entries(calls).entries()) {
  test(`${call} that fails ends in order`, { skip: !isX64 && 'numbers of x86-64' }, async () => {
    for (const [name, errno] of all.filter((_, turn) => isSoak || turn === index % all.length)) {
      const old = readFileSync(file, 'utf8');
      const refusal = JSON.stringify({ number, args: {}, errno });
      const ending = await runFiltered(refusal);
      const what = `${call}: ${name}: status ${ending.status}\n${ending.stdout}\n${ending.stderr}`;
      assert.equal(whatIsWrong(ending), undefined, what);
      assert.deepEqual(ending.left, [], what);
      const now = readFileSync(file, 'utf8');
      assert.ok(now === old || JSON.parse(now).schema === 'mapbench/1', what);
      if (call !== 'unlink') assert.deepEqual(readdirSync(folder), ['run.json'], what);
      count('faults', `${call} refused to all of mapbench`);
    }
  });
}

test('standard output that has an I/O error is told in a sentence', {
  skip: !isX64 && 'numbers of x86-64',
}, async () => {
  const ending = await runFiltered(JSON.stringify({ number: 1, args: { 0: 1 }, errno: errors.EIO }));
  assert.equal(ending.status, 1, ending.stderr);
  assert.match(ending.stderr, /^mapbench: standard output: cannot write: EIO$/m);
  count('faults', 'EIO on standard output');
});

/** In the place of the program that starts mapbench: Node.js itself must be able to start. */
function runFiltered(refusal: string) {
  return runWhole(words, { instead: [process.execPath, '--import', 'tsx', underFilter, refusal, ...words] });
}
