import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Trend } from '../../src/comparison/trends.ts';
import type { ResultDocument } from '../../src/results/document.ts';
import { loadDocument, saveDocument } from '../../src/results/file.ts';
import { addToHistory, loadHistory } from '../../src/results/history.ts';
import { createRandom } from '../../src/statistics/random.ts';
import { commitOf } from '../../src/system/version.ts';
import { documentOf, measured } from '../results/sample-document.ts';
import { bin, startMapbench, waitFor } from '../support/mapbench.ts';
import { lacking } from '../support/tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapbench-history-'));
after(() => rmSync(folder, { recursive: true }));

/** A folder that no other test uses. */
function fresh(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

// Whatever repository or configuration the tests run in is none of theirs.
const env = {
  ...process.env,
  ...{ NO_COLOR: undefined, FORCE_COLOR: undefined, COLUMNS: '100', LC_ALL: 'C.UTF-8' },
  ...{ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', GIT_CEILING_DIRECTORIES: folder },
  ...{ GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined },
};

function mapbenchIn(cwd: string, parameters: string[], more: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...parameters], {
    cwd,
    encoding: 'utf8',
    env: { ...env, ...more },
  });
  return { status, stdout, stderr };
}

function git(cwd: string, ...parameters: string[]): string {
  const identity = ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false'];
  const { status, stdout, stderr } = spawnSync('git', [...identity, ...parameters], {
    cwd,
    encoding: 'utf8',
    env,
  });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

/** A repository of one commit. */
function repository(name: string): string {
  const path = fresh(name);
  git(path, 'init', '--quiet');
  writeFileSync(join(path, 'code.txt'), 'one\n');
  git(path, 'add', 'code.txt');
  git(path, 'commit', '--quiet', '-m', 'The first commit');
  return path;
}

const brief = ['run', '-s', 'rwx', '--forks', '2', '--time', '5'];

test('run --record adds documents with their commit, history shows them', { skip: lacking('git') }, () => {
  const cwd = repository('recorded');
  const first = mapbenchIn(cwd, [...brief, '--record']);
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stderr, /^mapbench: recorded as results\/history\/\S+\.json$/m);
  writeFileSync(join(cwd, 'code.txt'), 'two\n');
  assert.equal(mapbenchIn(cwd, [...brief, '--record', '--pages', '1,4']).status, 0);

  const hash = git(cwd, 'rev-parse', 'HEAD');
  const names = readdirSync(join(cwd, 'results/history')).sort();
  assert.equal(names.length, 2);
  for (const name of names)
    assert.match(
      name,
      new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d\\.\\d{3}Z-${hash.slice(0, 7)}\\.json$`),
    );
  const { documents, damaged } = loadHistory(join(cwd, 'results/history'));
  assert.deepEqual(damaged, []);
  assert.deepEqual(
    documents.map(({ commit }) => [commit?.hash, commit?.dirty, commit?.subject]),
    [
      [hash, false, 'The first commit'],
      [hash, true, 'The first commit'],
    ],
  );
  assert.ok(documents.every(({ commit }) => !Number.isNaN(Date.parse(commit?.date ?? ''))));

  const { status, stdout, stderr } = mapbenchIn(cwd, ['history']);
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^rwx\/pages=4: 2 runs, \S+ \S+ to \S+ \S+ UTC, last [\d.]+ [nµ]s$/m);
  assert.match(stdout, /^rwx\/pages=1: 1 run, /m);
  assert.match(stdout, /^changes are looked for in 6 runs or more; here: 2$/m);
});

test('without a repository, a commit or git there is no commit and no error', {
  skip: lacking('git'),
}, () => {
  const plain = fresh('plain');
  const empty = fresh('empty-repository');
  git(empty, 'init', '--quiet');
  const cases: [cwd: string, more: NodeJS.ProcessEnv][] = [
    [plain, {}],
    [empty, {}],
    [repository('without-git'), { PATH: '/nonexistent' }],
  ];
  for (const [cwd, more] of cases) {
    const { status, stderr } = mapbenchIn(cwd, [...brief, '--record', 'kept'], more);
    assert.equal(status, 0, stderr);
    const [name = ''] = readdirSync(join(cwd, 'kept'));
    assert.match(name, /Z-none\.json$/);
    assert.equal(loadDocument(join(cwd, 'kept', name)).commit, undefined);
  }
});

test('the commit of a folder', { skip: lacking('git') }, () => {
  const cwd = repository('commit');
  const commit = commitOf(cwd);
  assert.deepEqual(
    [commit?.hash, commit?.dirty, commit?.subject],
    [git(cwd, 'rev-parse', 'HEAD'), false, 'The first commit'],
  );
  writeFileSync(join(cwd, 'unknown.txt'), '');
  assert.equal(commitOf(cwd)?.dirty, false);
  writeFileSync(join(cwd, 'code.txt'), 'changed');
  assert.equal(commitOf(cwd)?.dirty, true);
  assert.equal(commitOf(join(cwd, 'missing')), undefined);
});

test('a document in the history is never overwritten', () => {
  const path = join(fresh('never'), 'deep/er');
  const document = documentOf([measured('rwx', [1, 2, 3])]);
  const files = [1, 2, 3].map(() => addToHistory(path, document));
  assert.deepEqual(files.map((file) => file.slice(path.length + 1)).sort(), [
    '2026-11-22T19-30-00.000Z-none-2.json',
    '2026-11-22T19-30-00.000Z-none-3.json',
    '2026-11-22T19-30-00.000Z-none.json',
  ]);
  assert.equal(readdirSync(path).length, 3);
});

test('a folder that cannot be written is refused before anything is measured', () => {
  const cwd = fresh('refused');
  writeFileSync(join(cwd, 'file'), '');
  for (const [target, sentence] of [
    ['file', /^mapbench: --record file: it is, or is in, a file\n$/],
    ['file/in', /^mapbench: --record file\/in: it is, or is in, a file\n$/],
    ['/proc/history', /^mapbench: --record \/proc\/history: the folder cannot be written \(\w+\)\n$/],
  ] as const) {
    const { status, stdout, stderr } = mapbenchIn(cwd, [...brief, '--record', target]);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, sentence);
  }
});

/** A strategy with a protection that no kernel knows. */
const hopeless = `export default {
  name: 'hopeless', summary: 'Asks for what no kernel has.', wx: 'flip', needs: 'nothing',
  define({ setup, iterate, size }) {
    const code = setup.mmap({ name: 'code', length: size, prot: 7, flags: 0x22 });
    iterate.mprotect(code, 0x40000000);
    iterate.writeModule(code);
    iterate.executeModule(code);
  },
};`;

test('what was interrupted or measured nothing is not recorded, and that is said', async () => {
  const path = join(fresh('interrupted'), 'history');
  const rounds = join(folder, 'rounds.json');
  const { child, output, ended } = startMapbench([
    ...brief,
    '--forks',
    '1000',
    '--record',
    path,
    '-o',
    rounds,
  ]);
  await waitFor('the first rounds', () => existsSync(rounds) || undefined);
  child.kill('SIGINT');
  assert.equal(await ended, 130);
  assert.match(output.stderr, /^mapbench: not recorded: the run was interrupted$/m);

  const cwd = fresh('nothing');
  writeFileSync(join(cwd, 'hopeless.mjs'), hopeless);
  const { status, stderr } = mapbenchIn(cwd, ['run', '-s', './hopeless.mjs', '--record', 'kept']);
  assert.equal(status, 4);
  assert.match(stderr, /^mapbench: not recorded: nothing was measured$/m);
  assert.deepEqual([readdirSync(path), readdirSync(join(cwd, 'kept'))], [[], []]);
});

/** Runs made from a real one: `memfd` 18 % slower from the 13th of 20 on, with another kernel. */
function synthetic(name: string): string {
  const path = fresh(name);
  const real = loadDocument(join(import.meta.dirname, '../../results/xeon-firecracker-6.18-2026-11.json'));
  const random = createRandom(3);
  for (let run = 0; run < 20; run++) {
    const isLater = run >= 12;
    const cases = real.cases.flatMap((each): ResultDocument['cases'] => {
      if (each.status !== 'measured' || !['memfd', 'reuse', 'rwx'].includes(each.strategy)) return [];
      const factor = Math.exp(0.005 * random.normal()) * (isLater && each.strategy === 'memfd' ? 1.18 : 1);
      const { point, low, high } = each.estimate;
      const times = { point: point * factor, low: (low ?? 0) * factor, high: (high ?? 0) * factor };
      const forks = each.forks.map((fork) => ({
        ...fork,
        samples: fork.samples.map((sample) => sample * factor),
      }));
      return [{ ...each, forks, estimate: { ...each.estimate, ...times } }];
    });
    saveDocument(join(path, `run-${run}.json`), {
      ...real,
      createdAt: new Date(Date.UTC(2026, 10, run + 1, 14, 2)).toISOString(),
      host: { ...real.host, kernel: isLater ? '6.18.44' : '6.18.40' },
      commit: { hash: (isLater ? 'd' : 'a').repeat(40), dirty: false },
      cases,
    });
  }
  return path;
}

const stepFolder = synthetic('step');

test('a step is found in the right case, dated, and told with what else changed', () => {
  const { status, stdout, stderr } = mapbenchIn(folder, ['history', '--folder', stepFolder]);
  assert.deepEqual([status, stderr], [0, '']);
  const changes = stdout.match(/^\d+ \d{4}-.*$/gm);
  assert.equal(changes?.length, 1);
  assert.match(
    stdout.replaceAll(/\n {3}/g, ' '),
    /^memfd\/pages=4: 20 runs[\s\S]*?^1 2026-11-13 14:02: \+1[78]\.\d % \(p < 0\.01\) from [\d.]+ ns to [\d.]+ ns; between commit aaaaaaa and ddddddd, kernel 6\.18\.40 → 6\.18\.44$/m,
  );
  assert.equal(stdout.match(/^no change found$/gm)?.length, 2);
});

test('json holds the trends; strategies are chosen by names and globs', () => {
  const trendsFor = (...parameters: string[]): Trend[] => {
    const { status, stdout, stderr } = mapbenchIn(stepFolder, [
      ...['history', '--folder', '.', '--format', 'json'],
      ...parameters,
    ]);
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  };
  assert.deepEqual(
    trendsFor('mem*').map(({ id, changes }) => [id, changes.map(({ at }) => at)]),
    [['memfd/pages=4', [12]]],
  );
  assert.deepEqual(
    trendsFor('memfd,rwx').map(({ strategy }) => strategy),
    ['rwx', 'memfd'],
  );
  const relative = trendsFor('--metric', 'relative', '--relative-to', 'reuse');
  assert.deepEqual(
    relative.map(({ strategy, reference, changes }) => [strategy, reference, changes.length]),
    [
      ['rwx', 'reuse/pages=4', 0],
      ['memfd', 'reuse/pages=4', 1],
    ],
  );
  assert.deepEqual(
    trendsFor('--since', '2026-11-18', 'rwx').map(({ points }) => points.length),
    [3],
  );
  assert.deepEqual(trendsFor('memfd', '--threshold', '30%')[0]?.changes, []);
});

test('damaged documents are named and left out', () => {
  const path = synthetic('damaged');
  writeFileSync(join(path, 'half.json'), readFileSync(join(path, 'run-3.json'), 'utf8').slice(0, 500));
  writeFileSync(join(path, 'other.json'), '{}');
  writeFileSync(join(path, 'notes.txt'), 'none of ours');
  const { status, stdout, stderr } = mapbenchIn(folder, ['history', '--folder', path, 'rwx']);
  assert.equal(status, 0);
  assert.match(
    stderr,
    /^mapbench: left out: \S+half\.json: is truncated.*\nmapbench: left out: \S+other\.json: is not a mapbench document\n$/,
  );
  assert.match(stdout, /^rwx\/pages=4: 20 runs/m);
});

test('mistakes end in a sentence with the way out', () => {
  const empty = fresh('no-runs');
  writeFileSync(join(empty, 'file'), '');
  for (const [parameters, sentence] of [
    [[], /^mapbench: results\/history has no recorded runs; 'mapbench run --record' adds one\n$/],
    [['--folder', 'file'], /^mapbench: file: is not a folder\n$/],
    [['--folder', stepFolder, 'memdf'], /no run has a strategy 'memdf'; the nearest is memfd/],
    [['--folder', stepFolder, '--since', '2027-01-01'], /has no runs since 2027-01-01T00:00:00\.000Z/],
    [['--since', 'yesterday'], /It must be a date, as 2026-11-20/],
    [['--folder', stepFolder, '--metric', 'relative', '--relative-to', 'naive'], /measured beside naive/],
  ] as const) {
    const { status, stdout, stderr } = mapbenchIn(empty, ['history', ...parameters]);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, sentence);
  }
});
