import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadDocument } from '../../src/results/file.ts';
import { waitFor } from '../support/mapbench.ts';
import { asNobody, cannotBeNobody, cannotMount, lacking } from '../support/tools.ts';
import { count } from './counts.ts';
import { whatIsWrong } from './judge.ts';
import { type Circumstances, runWhole, type WholeEnding } from './whole.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapbench-situations-'));
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true, force: true }));

const notMounting = cannotMount();
const notNobody = cannotBeNobody();
/** The shell starts the program that follows after doing something. */
const shell = (script: string) => ['sh', '-c', `${script} exec "$@"`, 'sh'];
/** In a mount namespace of its own, nothing of which reaches the host. */
const mounted = (script: string) => ['unshare', '--mount', ...shell(script)];
const readOnly = mounted(
  `mount --bind ${folder} ${folder} && mount -o remount,ro,bind ${folder} && cd ${folder} &&`,
);

const measure = ['run', '-s', 'memfd,reuse', '--forks', '1', '--time', '5'];

interface Situation {
  readonly name: string;
  readonly words?: readonly string[];
  readonly circumstances: Circumstances;
  readonly status: number;
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
  /** Why it cannot be made here. */
  readonly skip?: string | false;
}

const measured = /^memfd .*\nreuse /m;

const situations: readonly Situation[] = [
  { name: 'as nobody', circumstances: { through: asNobody }, status: 0, stdout: measured, skip: notNobody },
  {
    name: 'as nobody in a folder that nobody may write, with an output file',
    words: [...measure, '-o', 'run.json'],
    circumstances: { through: asNobody, cwd: folder },
    status: 2,
    stderr: /^mapbench: run\.json: cannot write: permission denied\n$/,
    skip: notNobody,
  },
  {
    name: 'in a read-only folder',
    circumstances: { through: readOnly },
    status: 0,
    stdout: measured,
    skip: notMounting,
  },
  {
    name: 'in a read-only folder, with an output file',
    words: [...measure, '-o', 'run.json'],
    circumstances: { through: readOnly },
    status: 2,
    stderr: /^mapbench: run\.json: cannot write: the file system is read-only\n$/,
    skip: notMounting,
  },
  {
    name: 'in a read-only folder, recording',
    words: [...measure, '--record'],
    circumstances: { through: readOnly },
    status: 2,
    stderr: /^mapbench: --record .*: the folder cannot be written \(EROFS\)\n$/,
    skip: notMounting,
  },
  { name: 'without HOME', circumstances: { env: { HOME: undefined } }, status: 0, stdout: measured },
  { name: 'without any PATH', circumstances: { env: { PATH: undefined } }, status: 0, stdout: measured },
  {
    name: 'with TMPDIR that is not there',
    circumstances: { env: { TMPDIR: '/no/such' } },
    status: 0,
    stdout: measured,
  },
  {
    name: 'in a folder that was removed',
    circumstances: { through: shell('mkdir gone && cd gone && rmdir ../gone;'), cwd: folder },
    status: 0,
    stdout: measured,
  },
  {
    name: 'with standard output closed',
    circumstances: { through: shell('exec >&-;') },
    status: 0,
    stdout: /^$/,
  },
  {
    name: 'with standard input closed',
    circumstances: { through: shell('exec <&-;') },
    status: 0,
    stdout: measured,
  },
  {
    name: 'with standard error closed',
    circumstances: { through: shell('exec 2>&-;') },
    status: 0,
    stdout: measured,
  },
  { name: 'with all closed', circumstances: { through: shell('exec <&- >&- 2>&-;') }, status: 0 },
  {
    name: 'with standard output on a full device',
    circumstances: { through: shell('exec >/dev/full;') },
    status: 1,
    stderr: /^mapbench: standard output: cannot write: the disk is full$/m,
  },
  {
    name: 'with standard error on a full device',
    circumstances: { through: shell('exec 2>/dev/full;') },
    status: 0,
    stdout: measured,
  },
  {
    name: 'with both on a full device',
    circumstances: { through: shell('exec >/dev/full 2>&1;') },
    status: 1,
  },
  {
    name: 'with an output file on a full disk',
    words: [...measure, '-o', `${folder}/run.json`],
    circumstances: {
      through: mounted(`mount -t tmpfs -o size=4k none ${folder} && echo full >${folder}/other &&`),
    },
    status: 2,
    stderr: /cannot write: the disk is full$/m,
    skip: notMounting,
  },
  {
    name: 'with room for few open files',
    circumstances: { through: shell('ulimit -n 24;') },
    status: 1,
    stderr: /^mapbench.*too many open files.*ulimit -n/m,
  },
  {
    name: 'without /proc',
    circumstances: { through: mounted('umount -l /proc &&') },
    status: 4,
    stderr: /^mapbench: \/proc is not there, .*mount -t proc proc \/proc\n$/,
    skip: notMounting,
  },
  {
    name: 'with a configuration that never finishes loading',
    words: ['--config', join(folder, 'never.mjs'), ...measure],
    circumstances: {},
    status: 2,
    stderr: /^mapbench: .*never\.mjs: it waits for something that never comes\n$/,
  },
  {
    name: 'with a configuration that rejects later',
    words: ['--config', join(folder, 'later.mjs'), ...measure],
    circumstances: {},
    status: 1,
    stderr: /^mapbench: .*"no"/m,
  },
];
writeFileSync(join(folder, 'never.mjs'), 'export default await new Promise(() => {});');
writeFileSync(join(folder, 'later.mjs'), 'Promise.reject("no"); export default {};');

for (const { name, words = measure, circumstances, status, stdout, stderr, skip } of situations) {
  test(`${name}: status ${status}`, { skip }, async () => {
    const ending = await runWhole(words, circumstances);
    assert.equal(ending.status, status, textOf(ending));
    if (stdout !== undefined) assert.match(ending.stdout, stdout, textOf(ending));
    if (stderr !== undefined) assert.match(ending.stderr, stderr, textOf(ending));
    assert.equal(whatIsWrong(ending), undefined, textOf(ending));
    assert.deepEqual(ending.left, []);
    count('situations', name);
  });
}

test('two runs at once notice each other, whoever runs them, and neither speaks of one that was killed', async () => {
  const file = join(folder, 'first.json');
  const first = runWhole([...measure, '--forks', '6', '--time', '100', '-o', file]);
  await waitFor('the first to measure', () => existsSync(file) || undefined);
  const through = notNobody === false ? asNobody : [];
  const second = await runWhole(measure, { through });
  const said =
    /mapbench: another mapbench run \(pid [\d, ]+\) measures on this machine: its work is in these numbers; wait/;
  assert.match(second.stderr, said);
  assert.match((await first).stderr, /mapbench: another mapbench run \(pid [\d, ]+\) measured meanwhile/);
  assert.match(
    loadDocument(file).host.notes ?? '',
    /^Another mapbench run \(pid [\d, ]+\) measured at the same time\.$/,
  );
  const killed = await runWhole([...measure, '--time', '2000'], { kill: { signal: 'SIGKILL', after: 1500 } });
  assert.equal(killed.signal, 'SIGKILL');
  const third = await runWhole(measure);
  // Others of this machine may run; this one does not.
  assert.doesNotMatch(third.stderr, new RegExp(`\\b${killed.pid}\\b`));
  count('situations', 'two runs at once');
});

const faketime = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`)
  .find((path) => existsSync(path));

for (const [name, step] of [
  ['forward by ten years', '+3650d'],
  ['back by ten years', '-3650d'],
] as const) {
  test(`the clock stepped ${name} during a run`, {
    skip: lacking('faketime'),
  }, async () => {
    const clock = join(folder, 'clock');
    const file = join(folder, `clock${step}.json`);
    writeFileSync(clock, '+0d\n');
    const env = {
      LD_PRELOAD: faketime,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    const words = [
      'run',
      '-s',
      'memfd',
      '--forks',
      '6',
      '--time',
      '200',
      '--precision',
      '0.001%',
      '--max-time',
      '3',
    ];
    const startedAt = performance.now();
    const running = runWhole([...words, '-o', file], { env });
    // The first round is saved.
    await waitFor('the run to measure', () => existsSync(file) || undefined);
    writeFileSync(clock, `${step}\n`);
    const ending = await running;
    const seconds = (performance.now() - startedAt) / 1000;
    assert.equal(ending.status, 0, textOf(ending));
    assert.equal(whatIsWrong(ending), undefined, textOf(ending));
    const { cases, createdAt } = loadDocument(file);
    const samples = cases.flatMap(({ forks }) => forks.flatMap((fork) => fork.samples));
    // 10 µs are a hundred times what it takes.
    assert.ok(
      samples.length > 0 && samples.every((sample) => sample > 0 && sample < 1e5),
      `${samples.length}`,
    );
    assert.ok(seconds > 2.5 && seconds < 30, `--max-time 3 took ${seconds} s`);
    assert.ok(Math.abs(Date.parse(createdAt) - Date.now()) < 60_000, createdAt);
    assert.doesNotMatch(ending.stderr, /-\d+ s left|\d{5,} s left/);
    count('situations', `clock stepped ${name}`);
  });
}

function textOf({ status, stdout, stderr }: WholeEnding): string {
  return `status ${status}\n${stdout}\n${stderr}`;
}
