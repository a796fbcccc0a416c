import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkGates, defineConfig, defineStrategy, MFD, programOf, READ, run } from '../../src/index.ts';
import { parseDocument } from '../../src/results/parse.ts';
import { documentOf, measured, notMeasured } from '../results/sample-document.ts';

const root = join(import.meta.dirname, '../..');

test('run() measures what it is told', async () => {
  const document = await run({ strategies: ['rwx'], pages: 1, forks: 1, time: 5, seed: 1 });
  assert.deepEqual(
    document.cases.map(({ id, status }) => [id, status]),
    [['rwx/pages=1', 'measured']],
  );
  assert.equal(document.options.seed, 1);
  assert.deepEqual(parseDocument(JSON.stringify(document), 'document').cases, document.cases);
});

test('run() takes files and globs, and tells of rounds', async () => {
  const rounds: number[] = [];
  const { cases } = await run({
    strategies: [join(root, 'examples/strategies/two-flips.ts'), 'rw?'],
    pages: [1, 2],
    forks: 1,
    time: 5,
    onRound: ({ cases: soFar }) => rounds.push(soFar.length),
  });
  assert.deepEqual(
    cases.map(({ id }) => id),
    ['two_flips/pages=1', 'two_flips/pages=2', 'rwx/pages=1', 'rwx/pages=2'],
  );
  assert.deepEqual(rounds, [4]);
});

test('run() that is aborted resolves with what there is', async () => {
  const document = await run({ strategies: 'rwx', signal: AbortSignal.abort() });
  assert.equal(document.interrupted, true);
  assert.deepEqual(document.cases, []);
});

/** Wrong options, and the sentence that answers. */
const mistakes: [options: object, sentence: RegExp][] = [
  [{ strategies: 'memdf' }, /^no strategy is named 'memdf'; the nearest is memfd$/],
  [
    { strategies: [] },
    /^run\(\): strategies is a list; expected a name, a glob, a group or a file, or a list of them$/,
  ],
  [{ strategies: [{}] }, /^run\(\): strategies is a list; expected a name/],
  [{ forks: 0 }, /^run\(\): forks is 0; expected a whole number from 1 to 1000$/],
  [
    { pages: 'four' },
    /^run\(\): pages is "four"; expected a whole number from 1 to 65536, or a list of them$/,
  ],
  [{ frks: 1 }, /^run\(\): frks is not known; the nearest is forks$/],
  [{ layout: 'guard' }, /^run\(\): layout is "guard"; expected guarded, kernel or merged$/],
  [{ workload: 'rett' }, /^run\(\): workload is "rett"; expected ret, /],
  [{ cpu: 1000 }, /^run\(\): cpu 1000: this process may run on CPU .*; the nearest is \d+$/],
  [{ background: 'load' }, /^run\(\): background load needs threads, as threads 1,2$/],
  [{ threads: [1, 0] }, /^run\(\): threads.1 is 0; expected a whole number from 1 to 1024/],
  [{ threads: 2, workload: 'cold' }, /^run\(\): workload cold runs on one thread; leave threads out$/],
  [{ policy: 'mdw' }, /^run\(\): policy: there is no policy mdw; the nearest is mdwe$/],
  [{ patches: 3 }, /^run\(\): patches means nothing to workload ret$/],
  [{ engine: 'ffi', phases: true }, /^run\(\): phases needs engine native: /],
  [{ engine: 'ffi', workload: 'cold' }, /^run\(\): workload cold needs engine native: /],
];

for (const [options, sentence] of mistakes) {
  test(`run(${JSON.stringify(options)}) rejects with one sentence`, async () => {
    await assert.rejects(run(options), { name: 'RequestError', message: sentence });
  });
}

test('the words of strategies are there', () => {
  assert.equal(READ, 1);
  assert.equal(MFD.MFD_CLOEXEC, 1);
  const strategy = defineStrategy({ name: 'a', summary: 's', wx: 'flip', needs: 'n', define() {} });
  assert.equal(defineConfig({ strategies: [strategy] }).strategies?.[0], strategy);
  assert.deepEqual(programOf(strategy, { pages: 1, pageSize: 4096 }).iteration, []);
});

/** Runs a module in a process of its own, with the package as users import it. */
function inProcess(code: string) {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: root,
    encoding: 'utf8',
  });
  return { stdout, stderr };
}

test('importing the package loads no native code, and works where mapbench cannot measure', () => {
  const { stdout, stderr } = inProcess(`
    Object.defineProperty(process, 'platform', { value: 'darwin' });
    const { defineStrategy, run } = await import('mapbench');
    defineStrategy({ name: 'a', summary: 's', wx: 'flip', needs: 'n', define() {} });
    const error = await run().catch((error) => error);
    const native = process.report.getReport().sharedObjects.filter((path) => path.endsWith('.node'));
    console.log(JSON.stringify([native, error.message]));`);
  assert.equal(stderr, '');
  const [native, message] = JSON.parse(stdout);
  assert.deepEqual(native, []);
  assert.match(message, /^mapbench measures on Linux x86-64 and AArch64 only; this is darwin/);
});

test('checkGates() decides gates on a document, and refuses what is no gate', async () => {
  const document = documentOf([
    measured('rwx', [95, 98, 101]),
    measured('reuse', [2900, 3000, 3100]),
    notMeasured('pkey_rwx', 'unavailable', 'no keys'),
  ]);
  const results = await checkGates(document, ['rwx < 0.2 * reuse', 'reuse < 1 us', 'pkey_rwx < 1 s']);
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ['holds', 'fails', 'fails'],
  );
  await assert.rejects(checkGates(document, ['rwx <']), { name: 'GateError' });
  await assert.rejects(checkGates(document, ['memfd < 1 s']), /no case memfd/);
});
