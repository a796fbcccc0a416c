import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, before, test } from 'node:test';
import { parseDocument } from '../../src/results/parse.ts';
import { bin, childrenOf, mapbench, startMapbench, waitFor } from '../support/mapbench.ts';
import { asNobody, cannotBeNobody } from '../support/tools.ts';

const poolPath = '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages';
const journal = '/run/mapbench/tuned.json';
const isRoot = process.getuid?.() === 0;

/** Everything that tuning may write, byte for byte. */
function settings(): Record<string, string> {
  const interrupts = readdirSync('/proc/irq').filter((name) => /^\d+$/.test(name));
  const governors = readdirSync('/sys/devices/system/cpu')
    .filter((name) => /^cpu\d+$/.test(name))
    .map((name) => `/sys/devices/system/cpu/${name}/cpufreq/scaling_governor`)
    .filter(existsSync);
  const paths = [poolPath, ...governors, ...interrupts.map((name) => `/proc/irq/${name}/smp_affinity`)];
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path, 'utf8')]));
}

const pool = () => readFileSync(poolPath, 'utf8');

/** Why settings cannot be changed here, or false. */
const skip = (() => {
  if (!isRoot) return 'only root may change settings';
  if (existsSync(journal)) return `${journal} is there: another mapbench has settings changed`;
  try {
    writeFileSync(poolPath, pool());
    return false;
  } catch {
    return 'the huge page pool cannot be written here';
  }
})();

/** Free pages that these tests ask for: more than the pool holds. */
const wanted = String(Number(pool()) + 4);
let original: Record<string, string> = {};
before(() => {
  original = settings();
});
afterEach(async () => {
  if (skip === false && existsSync(journal)) mapbench(['doctor', '--restore']);
  assert.deepEqual(settings(), original);
});

/** Starts a mapbench that holds changed settings, and waits until they are. */
async function hold(): Promise<{ child: ChildProcess; ended: Promise<void>; stderr: () => string }> {
  const child = spawn(process.execPath, [bin, 'doctor', '--fix', '--huge-pages', wanted], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  await waitFor('the settings to be changed', () => (/they are put back at/.test(stderr) ? true : undefined));
  assert.notEqual(pool(), original[poolPath]);
  assert.ok(existsSync(journal));
  return { child, ended, stderr: () => stderr };
}

const restored = () => waitFor('the guard', () => (existsSync(journal) ? undefined : true));

test('doctor lists findings by seriousness, with evidence, effect and command, and exits with 0', () => {
  const { status, stdout, stderr } = mapbench(['doctor']);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^(makes numbers worse|worth knowing)\n {2}[a-z-]+: /);
  assert.match(stdout, /^as it should be$/m);
  assert.ok(stdout.split('\n').every((line) => line.length <= 80));
});

test('doctor --format json has every check', () => {
  const { status, stdout } = mapbench(['doctor', '--format', 'json']);
  assert.equal(status, 0);
  const findings: { id: string; level: string; evidence: string; effect: string }[] = JSON.parse(stdout);
  const ids = new Set(findings.map(({ id }) => id));
  for (const id of ['governor', 'steal', 'huge-pages', 'mdwe', 'cgroup', 'kernel', 'node'])
    assert.ok(ids.has(id), id);
  assert.ok(findings.every(({ evidence, effect }) => evidence !== '' && effect !== ''));
});

test('mistakes are refused in one sentence', () => {
  for (const [parameters, sentence] of [
    [['doctor', 'true'], /^mapbench: 'true': a command needs --fix, as doctor --fix -- true\n$/],
    [['doctor', '--fix', '--restore'], /cannot be used with option '--restore'/],
    [['doctor', '--fix', '--', '/no/such/program'], /mapbench: cannot start \/no\/such\/program/],
  ] as const) {
    const { status, stderr } = mapbench([...parameters]);
    assert.equal(status, 2, stderr);
    assert.match(stderr, sentence);
  }
});

test('doctor --fix -- command: settings are changed while it runs, and its exit status is handed on', {
  skip,
}, () => {
  const script = `cat ${poolPath}; exit 7`;
  const { status, stdout, stderr } = mapbench([
    'doctor',
    '--fix',
    '--huge-pages',
    wanted,
    '--',
    'sh',
    '-c',
    script,
  ]);
  assert.equal(status, 7);
  assert.ok(Number(stdout) > Number(original[poolPath]), stdout);
  assert.match(stderr, /^changed for now: huge pages of 2 MiB: \d+ \(it was \d+\)/);
  assert.ok(!existsSync(journal));
  assert.deepEqual(settings(), original);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const) {
  test(`every setting is put back after ${signal}`, { skip }, async () => {
    const { child, ended } = await hold();
    child.kill(signal);
    await ended;
    await restored();
    assert.deepEqual(settings(), original);
  });
}

test('the end of standard input ends it', { skip }, async () => {
  const { child, ended } = await hold();
  child.stdin?.end();
  await ended;
  assert.ok(!existsSync(journal), 'they are put back before it ends');
  assert.equal(child.exitCode, 0);
});

test('kill -9 of it and of its guard: runs say so, nothing is changed anew, and --restore puts all back', {
  skip,
}, async () => {
  const { child, ended } = await hold();
  const [guard] = childrenOf(child.pid ?? 0);
  assert.ok(guard);
  process.kill(guard, 'SIGKILL');
  child.kill('SIGKILL');
  await ended;
  assert.notEqual(pool(), original[poolPath], 'nobody is left to put it back');
  const again = mapbench(['doctor', '--fix', '--huge-pages', '99', '--', 'true']);
  assert.equal(again.status, 1);
  assert.match(
    again.stderr,
    /was killed \(process \d+\) left settings changed.*mapbench doctor --restore\n$/,
  );
  const run = mapbench(['run', '-s', 'memfd', '--forks', '1', '--time', '20']);
  // On a busy machine the fork itself may starve; what is said does not depend on it.
  assert.match(run.stderr, /changed are still changed; put them back with: mapbench doctor --restore/);
  assert.match(run.stdout.replace(/\s+/g, ' '), /left-settings: a mapbench that was killed/);
  const { status, stdout } = mapbench(['doctor', '--restore']);
  assert.equal(status, 0);
  assert.match(stdout, /^put back: \d+ settings\n$/);
  assert.deepEqual(settings(), original);
  assert.match(mapbench(['doctor', '--restore']).stdout, /^nothing to put back/);
});

test('kill -9 of the guard alone: the end puts all back', { skip }, async () => {
  const { child, ended } = await hold();
  const [guard] = childrenOf(child.pid ?? 0);
  process.kill(guard ?? 0, 'SIGKILL');
  child.stdin?.end();
  await ended;
  assert.ok(!existsSync(journal));
  assert.deepEqual(settings(), original);
});

test('a second one does not take the first one’s values for old ones', { skip }, async () => {
  const { child, ended } = await hold();
  const { status, stderr } = mapbench(['doctor', '--fix', '--huge-pages', '99', '--', 'true']);
  assert.equal(status, 1);
  assert.match(stderr, /^mapbench: another mapbench \(process \d+\) has settings changed/);
  assert.match(mapbench(['doctor', '--restore']).stderr, /still runs and will put its settings back/);
  child.stdin?.end();
  await ended;
});

test('what somebody else changed meanwhile stays so, and is said', { skip }, async () => {
  const { child, ended, stderr } = await hold();
  const foreign = String(Number(wanted) + 3);
  writeFileSync(poolPath, foreign);
  child.stdin?.end();
  await ended;
  const found = pool().trim();
  writeFileSync(poolPath, original[poolPath] ?? '');
  assert.equal(found, foreign);
  assert.match(stderr(), /nr_hugepages is \d+: somebody else changed it meanwhile, and it stays/);
});

test('run --tune: the document says what was changed and found, and signals put it back', {
  skip,
}, async () => {
  writeFileSync(poolPath, '0');
  try {
    const { status, stdout, stderr } = mapbench([
      'run',
      '-s',
      'hugetlb',
      '--forks',
      '1',
      '--time',
      '20',
      '--tune',
      '--format',
      'json',
    ]);
    assert.equal(status, 0, stderr);
    const { tuned = [], findings = [] } = parseDocument(stdout, 'the run');
    assert.match(tuned.join(), /huge pages of 2 MiB: 8 \(it was 0\)/);
    const pages = findings.find(({ id }) => id === 'huge-pages');
    assert.match(pages?.evidence ?? '', /^8 of 8/);
    assert.ok(findings.some(({ id }) => id === 'steal'));
    assert.equal(pool(), '0\n');
    const statuses = { SIGINT: 130, SIGTERM: 143, SIGKILL: null } as const;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
      const running = startMapbench(['run', '-s', 'hugetlb', '--forks', '50', '--time', '200', '--tune']);
      await waitFor('the pool', () => (pool() === '8\n' ? true : undefined));
      await waitFor('a fork', () => (childrenOf(running.child.pid ?? 0).length > 1 ? true : undefined));
      running.child.kill(signal);
      assert.equal(await running.ended, statuses[signal]);
      if (signal === 'SIGKILL') await restored();
      assert.equal(pool(), '0\n', signal);
    }
  } finally {
    writeFileSync(poolPath, original[poolPath] ?? '');
  }
});

test('without privilege it says in one sentence what only root may change, and runs', {
  skip: skip || cannotBeNobody(),
}, () => {
  const [setpriv, ...user] = asNobody;
  const nobody = [...user, process.execPath, bin];
  const script = ['doctor', '--fix', '--huge-pages', wanted, '--', 'true'];
  const child = spawn(setpriv, [...nobody, ...script], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  return new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (/setpriv/.test(stderr)) return resolve();
      try {
        assert.equal(code, 0, stderr);
        assert.match(stderr, /huge pages of 2 MiB.*: only root may; sudo mapbench doctor --fix\n/);
        resolve();
      } catch (error) {
        reject(error);
      }
    });
  });
});
