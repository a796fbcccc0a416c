import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { allowedCpus } from '../../src/system/cpus.ts';
import { openTarget } from '../../src/target/named.ts';
import { isAlive } from '../support/mapbench.ts';
import { lacking } from '../support/tools.ts';

const { signal } = new AbortController();
const cpu = allowedCpus().at(-1) ?? 0;
const start = { cpus: [cpu], contents: [], signal, timeout: 20_000 };
const folder = mkdtempSync(join(tmpdir(), 'mapbench-targets-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const root = join(import.meta.dirname, '../..');

const refused = async (text: string) => {
  try {
    await using _target = await openTarget(text, undefined, signal);
    return 'was reached';
  } catch (error) {
    return (error as Error).message;
  }
};

test('a command reaches a process that does what it is told, and nothing of it is left', async () => {
  const before = readdirSync('/dev/shm');
  await using target = await openTarget('exec:env', 'time', signal);
  assert.deepEqual(target.facts.cpus, allowedCpus());
  assert.equal(
    target.facts.files.readText('/proc/version')?.trim(),
    readFileSync('/proc/version', 'utf8').trim(),
  );
  await using running = await target.start(start);
  const [pid] = await running.run([{ call: 'getpid', args: [] }]);
  assert.equal(pid, running.pid);
  assert.deepEqual(readdirSync('/dev/shm'), before);
});

test('what is no target, or has no name, is told with what there is', async () => {
  assert.match(await refused('moon'), /^--target moon is no target; it is kernel=<image>/);
  assert.match(await refused('exec:'), /^--target exec: names nothing/);
  assert.match(await refused('kernel=debian/2.6'), /^debian\/2\.6 is no kernel of Debian's that is known/);
});

test('a command that is no shell, ends or is not there is a sentence that names it', async () => {
  assert.match(await refused('exec:false'), /^--target exec:false: .*ended/);
  assert.match(await refused('exec:/nowhere/docker run -i debian'), /not found/);
  assert.match(await refused('exec:echo'), /^--target exec:echo: /);
});

test('a connection that drops in the middle ends its process with a sentence, and the next one has a new one', async () => {
  const file = join(folder, 'pid');
  await using target = await openTarget(`exec:sh -c 'echo $$ >${file}; exec "$@"' sh`, 'time', signal);
  const first = await target.start(start);
  // The stub, which would tell how its process ended, and that.
  for (const pid of [Number(readFileSync(file, 'utf8')), first.pid]) process.kill(pid, 'SIGKILL');
  await assert.rejects(
    first.run([{ call: 'getpid', args: [] }]),
    /^TargetError: the connection to the target has ended/,
  );
  await first[Symbol.asyncDispose]();
  await using second = await target.start(start);
  assert.deepEqual(await second.run([{ call: 'getpid', args: [] }]), [second.pid]);
});

test('what a command has started ends with it', async () => {
  const marker = join(folder, 'started');
  const text = `sh -c 'sleep 300 & echo $! >${marker}; exec "$@"' sh`;
  {
    await using _target = await openTarget(`exec:${text}`, 'time', signal);
  }
  const started = Number(readFileSync(marker, 'utf8'));
  for (let turn = 0; turn < 100 && isAlive(started); turn++) await new Promise((go) => setTimeout(go, 100));
  assert.equal(isAlive(started), false);
});

const aFile = join(folder, 'no-image');
writeFileSync(aFile, 'no kernel');

test('an image that is none, or not there, is refused before anything is started', async () => {
  assert.match(await refused(`kernel=${aFile}`), /it is no kernel's image: neither a bzImage/);
  assert.match(await refused(`kernel=${folder}/missing`), /^--target kernel=\/.*missing: .*no such file/i);
});

/** Where a kernel can be booted: QEMU, and an image that was downloaded before. */
const image = 'debian/5.10';
const cached = join(
  process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? '', '.cache'),
  'mapbench/kernels/5.10',
);
const cannotBoot =
  lacking('qemu-system-x86_64') ||
  (existsSync(cached) ? false : `no kernel was downloaded; mapbench verify --target kernel=${image} does`);

test('a kernel that panics is told with what it said', { skip: cannotBoot }, async () => {
  assert.match(
    await refused(`kernel=${image} rdinit=/nothing root=/dev/nothing`),
    /^--target kernel=debian\/5\.10 rdinit.*the kernel panics: .*(init|root fs)/i,
  );
});

test('a kernel without serial ports is told what it needs', { skip: cannotBoot }, async () => {
  assert.match(await refused(`kernel=${image} 8250.nr_uarts=0`), /without a word: .*serial port/);
});

test('kill -9 of mapbench leaves no emulator', { skip: cannotBoot }, async () => {
  const marker = `mapbench-marker=${process.pid}`;
  const running = () =>
    readdirSync('/proc').filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`quiet panic=-1`) &&
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(marker)
        );
      } catch {
        return false;
      }
    });
  const words = [
    'run',
    '-s',
    'memfd',
    '--forks',
    '9',
    '--no-config',
    '--target',
    `kernel=${image} ${marker}`,
  ];
  const child = spawn(process.execPath, [join(root, 'bin/mapbench.js'), ...words], { stdio: 'ignore' });
  const until = async (isTrue: () => boolean) => {
    for (let turn = 0; turn < 600 && !isTrue(); turn++) await new Promise((go) => setTimeout(go, 100));
    return isTrue();
  };
  assert.ok(await until(() => running().length > 0), 'QEMU was started');
  child.kill('SIGKILL');
  assert.ok(await until(() => running().length === 0), `still running: ${running().join(' ')}`);
});
