import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { withProgram } from '../../src/program/engine.ts';
import { NativeCode } from '../../src/program/native/engine.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { OPEN } from '../../src/system/constants.ts';
import { allowedCpus } from '../../src/system/cpus.ts';
import { type MapsEntry, pageSize } from '../../src/system/memory.ts';
import { TargetError } from '../../src/target/measured-process.ts';
import { addresses, block, blockBytes, otherMappings } from '../../src/target/protocol.ts';
import { SharedFile } from '../../src/target/shared-memory.ts';
import { startStub as startRawStub } from '../../src/target/start-stub.ts';
import { stubFor } from '../../src/target/stub.ts';
import type { StubProcess } from '../../src/target/stub-process.ts';
import { retContent } from '../support/content.ts';
import { cannotRun } from '../support/host.ts';
import { isAlive, isStub, waitFor, withHugePages } from '../support/mapbench.ts';
import { architecture, mapsOf, startStub, withStub, withThisProcess } from '../support/stub.ts';
import { getpid, testEnds, testMemory, testOperations, wordsOf } from './behaviour.ts';

const restorePool = withHugePages();
after(() => restorePool?.());

testOperations('a stub', withStub);
testOperations('this process', withThisProcess);
testOperations('a stub that looks for commands', (use) => withStub(use, { isAlone: true }));
testMemory('a stub', withStub);
testEnds('a stub', withStub);

/** The stub's own mappings, which lie low, and those it has beside what is measured; without the kernel's. */
async function ownMaps(target: StubProcess): Promise<{ low: MapsEntry[]; others: MapsEntry[] }> {
  const maps = (await mapsOf(target)).filter(({ path }) => !path.startsWith('['));
  const isLow = ({ path }: MapsEntry) => path.startsWith('/memfd:mapbench-');
  return { low: maps.filter(isLow), others: maps.filter((each) => !isLow(each)) };
}

test('it maps itself, data, code and contents, each where it belongs, and single pages', async () => {
  const files = [0, 1].map(() => new SharedFile('mapbench-content'));
  for (const file of files) file.extend(2 * pageSize());
  const contents = files.map((file, index) => ({ file, address: addresses.content + index * 2 ** 32 }));
  await withStub(
    async (target) => {
      const { low, others } = await ownMaps(target);
      assert.deepEqual(
        low.map(({ start, permissions, path }) => [start, permissions, path]),
        [
          [addresses.stub, 'r-xp', '/memfd:mapbench-stub (deleted)'],
          [addresses.data, 'rw-s', '/memfd:mapbench-data (deleted)'],
          [addresses.code, 'r-xs', '/memfd:mapbench-code (deleted)'],
          ...contents.map(({ address }) => [address, 'r-xs', '/memfd:mapbench-content (deleted)']),
        ],
      );
      assert.equal(others.length, otherMappings);
      for (const { start, end, permissions, path } of others) {
        assert.equal(end - start, pageSize());
        assert.match(`${permissions}${path}`, /^(---|r--)p$/);
      }
    },
    { contents },
  );
  for (const file of files) file[Symbol.dispose]();
});

test('its own mappings lie low and apart, and what a program maps is next to none and merges with none', async () => {
  for (const strategy of catalogue) {
    if (cannotRun(strategy, restorePool)) continue;
    const program = programOf(strategy, { pages: 3, pageSize: pageSize() });
    await withStub(async (target) => {
      const before = await ownMaps(target);
      const source = { program, content: retContent(), layout: 'kernel' } as const;
      await withProgram(await NativeCode.load(target, source), async (running) => {
        await running.batch(10);
        const { low, others } = await ownMaps(target);
        assert.ok(low.every(({ end }) => end < 0x2_0000_0000));
        for (const { end } of low) assert.ok([...low, ...others].every(({ start }) => start !== end));
        for (const { start } of low) assert.ok(others.every(({ end }) => start !== end));
        const lines = new Set(others.map((each) => JSON.stringify(each)));
        assert.ok(
          before.others.every((each) => lines.has(JSON.stringify(each))),
          strategy.name,
        );
      });
    });
  }
});

/** What a process has open, without what this one was started with and hands on. */
function descriptorsOf(pid: number): string[] {
  const isHandedOn = (fd: string) =>
    Number(fd) > 3 && existsSync(`/proc/self/fdinfo/${fd}`) && !isClosedOnExec(fd);
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => !isHandedOn(fd));
}

function isClosedOnExec(fd: string): boolean {
  const [, flags = ''] = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
  return (Number.parseInt(flags, 8) & OPEN.O_CLOEXEC) !== 0;
}

test('it has no environment, no descriptor but its data, no signal blocked, and runs where it may', () =>
  withStub(
    async ({ pid }) => {
      assert.equal(readFileSync(`/proc/${pid}/environ`, 'utf8'), '');
      const open = descriptorsOf(pid).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
      assert.deepEqual(open, [...Array(3).fill('/dev/null'), '/memfd:mapbench-data (deleted)']);
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      assert.match(status, /^SigBlk:\s+0+$/m);
      assert.match(status, new RegExp(`^Cpus_allowed_list:\\s+${allowedCpus().at(-1)}$`, 'm'));
    },
    { cpus: allowedCpus().slice(-1) },
  ));

test('code is given room until there is none, and what was loaded last gives its own back', () =>
  withStub(async (target) => {
    const half = new Uint8Array(512 * 1024);
    const first = await target.load(half);
    await assert.rejects(target.load(half), RangeError);
    first[Symbol.dispose]();
    assert.equal((await target.load(half)).address, first.address);
    assert.equal(first.address % 64, 0);
    assert.notEqual(first.address % pageSize(), 0);
  }));

test('one that was disposed of is gone, and does nothing more', async () => {
  const target = await startStub();
  await target[Symbol.asyncDispose]();
  assert.equal(isAlive(target.pid), false);
  await assert.rejects(target.run([getpid]), TargetError);
  await target[Symbol.asyncDispose]();
});

test('a launcher that cannot be run, or that fails, is told in its own words', async () => {
  await assert.rejects(startStub({ launcher: ['/no/such/launcher'] }), {
    name: 'TargetError',
    message: /no\/such\/launcher ENOENT/,
  });
  await assert.rejects(startStub({ launcher: ['sh', '-c', 'echo no room >&2; exit 3'] }), {
    name: 'TargetError',
    message: 'the measured process exited with status 3: no room',
  });
});

test('a launcher’s child is the stub, and both are gone at its end', async () => {
  // A shell that stays beside what it starts.
  const target = await startStub({ launcher: ['sh', '-c', '"$0"; exit 0'] });
  const [pid] = await target.run([getpid]);
  assert.equal(readlinkSync(`/proc/${pid}/exe`), '/memfd:mapbench-stub (deleted)');
  await target[Symbol.asyncDispose]();
  assert.equal(isAlive(target.pid), false);
});

test('as the first process of a pid namespace it has the number 1', {
  skip: process.getuid?.() !== 0 && 'only root may make one',
}, async () => {
  const before = readlinkSync('/proc/self/ns/pid_for_children');
  await withStub(async (target) => assert.deepEqual(await target.run([getpid]), [1]), { ownPids: true });
  assert.equal(readlinkSync('/proc/self/ns/pid_for_children'), before);
});

/** Starts a stub that no StubProcess drives. */
async function withRawStub(
  words: Partial<Record<'sequence' | 'host' | 'nanoseconds', number>>,
  use: (stub: ReturnType<typeof startRawStub>, data: BigInt64Array) => Promise<void>,
): Promise<void> {
  using data = new SharedFile('mapbench-data');
  const { bytes } = data.extend(blockBytes);
  const view = wordsOf({ bytes });
  view[block.sequence / 8] = BigInt(words.sequence ?? 0);
  view[block.host / 8] = BigInt(words.host ?? 0);
  view[block.idleTimeout / 8 + 1] = BigInt(words.nanoseconds ?? 1_000_000);
  const stub = startRawStub(stubFor(architecture).file, { cpus: allowedCpus(), files: [data.fd] });
  await use(stub, view).finally(() => stub.end(undefined));
}

/** A process id that nobody has. */
const nobody = spawnSync('true').pid;

test('a stub whose host died before it could be told to the kernel ends by itself', async () => {
  for (const host of [nobody, 0])
    await withRawStub({ host }, async (stub) => {
      assert.deepEqual(await waitFor('its end', () => stub.look()), { status: 1 });
    });
});

test('a stub that has answered waits for a host that it cannot see, or that is there', async () => {
  for (const host of [process.pid, 0])
    await withRawStub({ host, sequence: 1 }, async (stub, data) => {
      await waitFor('its answer', () => data[block.answered / 8] === 1n || undefined);
      // Many times its idleTimeout.
      await setTimeout(100);
      assert.equal(stub.look(), undefined);
    });
});

test('a stub that cannot map its data ends', async () => {
  const stub = startRawStub(stubFor(architecture).file, { cpus: allowedCpus(), files: [] });
  assert.deepEqual(await waitFor('its end', () => stub.look()), { status: 1 });
});

/** Has a host of its own, started by a shell command line, and the stub that it has started. */
async function withHost(
  meanwhile: 'idle' | 'busy' | 'untold',
  use: (host: ReturnType<typeof spawn>, stub: number, printed: () => string[]) => Promise<void>,
  before = '',
): Promise<void> {
  const script = join(import.meta.dirname, '../support/stub-host.ts');
  const parameters = ['-c', `${before} exec "$0" --import tsx "$@"`, process.execPath, script, meanwhile];
  // A process group of its own, as a terminal's.
  const host = spawn('sh', parameters, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  let output = '';
  host.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  const printed = () => output.split('\n').slice(0, -1);
  try {
    const stub = Number(await waitFor('the stub', () => printed()[0]));
    assert.ok(isStub(stub));
    await use(host, stub, printed);
  } finally {
    host.kill('SIGKILL');
  }
}

for (const meanwhile of ['idle', 'busy', 'untold'] as const)
  test(`kill -9 of the host leaves no stub: ${meanwhile}`, () =>
    withHost(meanwhile, async (host, stub) => {
      host.kill('SIGKILL');
      await waitFor('its end', () => !isAlive(stub) || undefined);
    }));

test('kill -9 of the host leaves no stub that is stopped', () =>
  withHost('idle', async (host, stub) => {
    process.kill(stub, 'SIGSTOP');
    host.kill('SIGKILL');
    await waitFor('its end', () => !isAlive(stub) || undefined);
  }));

test('signals that the host was started to ignore are not ignored by the stub', () =>
  withHost(
    'idle',
    async (_, stub) => {
      const status = readFileSync(`/proc/${stub}/status`, 'utf8');
      // SIGXFSZ alone: a file that may not be so long is an error of the call.
      assert.match(status, /^SigIgn:\s+0+1000000$/m);
      assert.match(status, /^SigBlk:\s+0+$/m);
    },
    "trap '' INT HUP PIPE TERM SEGV ILL BUS;",
  ));

test('Ctrl+C on the terminal of the host does not reach the stub', () =>
  withHost('idle', async (host, stub, printed) => {
    process.kill(-(host.pid ?? 0), 'SIGINT');
    // The host then asks the stub once more.
    assert.equal(await waitFor('its answer', () => printed()[1]), String(stub));
  }));
