import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { run } from '../../src/index.ts';
import { brief, folderOf, strategyText } from './folder.ts';

/** The writer listens to one page and another one is asked, so that nobody ever answers. */
const hangs = `import { ANONYMOUS, defineStrategy, EXEC, MFD, READ, SHARED, WRITE } from 'mapbench';

export default defineStrategy({
  name: 'hangs',
  summary: 'asks where no writer listens',
  wx: 'dual',
  needs: 'memfd_create',
  define({ setup, iterate, size, pageSize }) {
    const fd = setup.memfdCreate('hangs', MFD.MFD_CLOEXEC);
    setup.ftruncate(fd, size);
    const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: SHARED, fd });
    const page = { length: pageSize, prot: READ | WRITE, flags: SHARED | ANONYMOUS, holds: 'data' } as const;
    const heard = setup.mmap({ name: 'heard', ...page });
    const deaf = setup.mmap({ name: 'deaf', ...page });
    setup.startWriter(fd, size, heard);
    iterate.askWriter(deaf);
    iterate.executeModule(code);
  },
});
`;

/**
 * Running processes whose command line has a text in it: forks have their job there, and what they clone has
 * it too.
 */
function processesWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        // It has ended meanwhile.
        return false;
      }
    });
}

test('a strategy that hangs is ended by --fork-timeout, and the others are measured', (t) => {
  const folder = folderOf(t, { 'hangs.ts': hangs });
  const start = performance.now();
  const { status, stdout, stderr } = folder.mapbench(
    ...['run', '-s', './hangs.ts', 'rwx', ...brief, '--forks', '2'],
    ...['--fork-timeout', '2', '--format', 'json'],
  );
  const seconds = (performance.now() - start) / 1000;
  assert.equal(status, 1, stderr);
  const { cases, options } = JSON.parse(stdout);
  assert.deepEqual(
    cases.map((each: { strategy: string; status: string; reason?: string }) => [
      each.strategy,
      each.status,
      each.reason,
    ]),
    [
      ['hangs', 'failed', 'hung: no result within 2 s'],
      ['rwx', 'measured', undefined],
    ],
  );
  assert.equal(options.forkTimeoutMs, 2000);
  // Once: a case that failed is not tried in the second round. The default would be 30 s.
  assert.ok(seconds >= 2 && seconds < 15, `${seconds} s`);
  assert.deepEqual(processesWith(folder.path), [], 'no fork and no writer is left over');
});

test('the table says that it hung', (t) => {
  const folder = folderOf(t, {
    'hangs.ts': hangs,
    'mapbench.config.ts': 'export default { defaults: { forkTimeout: 1 } };',
  });
  const { status, stdout } = folder.mapbench('run', '-s', './hangs.ts', ...brief);
  assert.equal(status, 1);
  assert.match(stdout, /hung: no result within 1 s/);
});

test('a limit that ends no fork is kept quiet about', (t) => {
  const folder = folderOf(t, { 'mine.ts': strategyText('mine') });
  const { status, stdout } = folder.mapbench('run', '-s', './mine.ts', ...brief, '--fork-timeout', '20');
  assert.equal(status, 0);
  assert.doesNotMatch(stdout, /hung/);
});

/** Limits that are refused, and the sentence that answers. */
const mistakes: [parameters: string[], sentence: RegExp][] = [
  [
    ['--fork-timeout', '2', '--time', '2500'],
    /^mapbench: --fork-timeout 2: the samples of a fork alone take 2500 ms; the nearest is 3\n$/,
  ],
  [
    ['--fork-timeout', '0'],
    /^error: option '--fork-timeout <s>' argument '0' is invalid\. It must be a whole/,
  ],
];

for (const [parameters, sentence] of mistakes) {
  test(`${parameters.join(' ')} is refused in one sentence`, (t) => {
    const { status, stdout, stderr } = folderOf(t, {}).mapbench('run', ...parameters);
    assert.match(stderr, sentence);
    assert.equal(stdout, '');
    assert.equal(status, 2);
  });
}

test('run() has the limit as forkTimeout', async (t) => {
  const { path } = folderOf(t, { 'hangs.ts': hangs });
  const { cases } = await run({
    strategies: `${path}/hangs.ts`,
    pages: 1,
    forks: 1,
    time: 5,
    forkTimeout: 2,
  });
  assert.deepEqual(
    cases.map((each) => each.status === 'failed' && each.reason),
    ['hung: no result within 2 s'],
  );
  await assert.rejects(run({ time: 1000, forkTimeout: 1 }), {
    name: 'RequestError',
    message: 'run(): forkTimeout 1: the samples of a fork alone take 1000 ms; the nearest is 2',
  });
});
