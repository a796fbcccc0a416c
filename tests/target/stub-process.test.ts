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
import { allowedCpus } from '../../src/system/affinity.ts';
import { MAP, OPEN, PROT } from '../../src/system/constants.ts';
import type { MapsEntry } from '../../src/system/maps.ts';
import { pageSize } from '../../src/system/page-size.ts';
import { maxOperations, type Operation, TargetError } from '../../src/target/measured-process.ts';
import { addresses, block, blockBytes } from '../../src/target/protocol.ts';
import { SharedFile } from '../../src/target/shared-memory.ts';
import { startStub as startRawStub } from '../../src/target/start-stub.ts';
import { buildStub } from '../../src/target/stub.ts';
import type { StubOptions, StubProcess } from '../../src/target/stub-process.ts';
import { retContent } from '../support/content.ts';
import { cannotRun } from '../support/host.ts';
import { breakpoint, endless, illegal, store } from '../support/machine-code.ts';
import { isAlive, isStub, waitFor, withHugePages } from '../support/mapbench.ts';
import { architecture, mapsOf, startStub, withStub } from '../support/stub.ts';

const restorePool = withHugePages();
after(() => restorePool?.());

const getpid: Operation = { call: 'getpid', args: [] };
const EBADF = 9;
const badClose: Operation = { call: 'close', args: [999] };

/** A word of a region. */
const wordsOf = ({ bytes }: { readonly bytes: Uint8Array }) =>
  new BigInt64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);

/** Whether a mapping is the stub's own, and none that the kernel gives every process. */
const isOwn = ({ path }: MapsEntry) => path.startsWith('/memfd:mapbench-');
const isKernels = ({ path }: MapsEntry) => path.startsWith('[');

test('it maps itself, data, code and contents, each where it belongs, and nothing else', async () => {
  const files = [0, 1].map(() => new SharedFile('mapbench-content'));
  for (const file of files) file.extend(2 * pageSize());
  const contents = files.map((file, index) => ({ file, address: addresses.content + index * 2 ** 32 }));
  await withStub(
    async (target) => {
      const maps = (await mapsOf(target)).filter((each) => !isKernels(each));
      const text = maps.map(({ start, permissions, path }) => [start, permissions, path]);
      assert.deepEqual(text, [
        [addresses.stub, 'r-xp', '/memfd:mapbench-stub (deleted)'],
        [addresses.data, 'rw-s', '/memfd:mapbench-data (deleted)'],
        [addresses.code, 'r-xs', '/memfd:mapbench-code (deleted)'],
        ...contents.map(({ address }) => [address, 'r-xs', '/memfd:mapbench-content (deleted)']),
      ]);
    },
    { contents },
  );
  for (const file of files) file[Symbol.dispose]();
});

test('what it maps lies low, and next to nothing that a program maps', async () => {
  for (const strategy of catalogue) {
    if (cannotRun(strategy, restorePool)) continue;
    const program = programOf(strategy, { pages: 3, pageSize: pageSize() });
    await withStub(async (target) => {
      const source = { program, content: retContent(), layout: 'kernel' } as const;
      await withProgram(await NativeCode.load(target, source), async (running) => {
        await running.batch(10);
        const maps = await mapsOf(target);
        const own = maps.filter(isOwn);
        const programs = maps.filter((each) => !isOwn(each) && !isKernels(each));
        assert.ok(own.every(({ end }) => end < 0x2_0000_0000));
        for (const { start, end } of programs)
          assert.ok(
            own.every((each) => each.end < start || end < each.start),
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

test('operations refer to results of earlier ones, and to words of memory', () =>
  withStub(async (target) => {
    using region = target.allocate(16);
    const words = wordsOf(region);
    words[0] = 40n;
    const { address } = region;
    const [fd, duplicate, pid] = await target.run([
      { call: 'memfd_create', args: [address, 0] },
      {
        call: 'fcntl',
        args: [{ wordAt: target.resultAddress(0), plus: 0 }, 0, { wordAt: address, plus: 2 }],
      },
      { ...getpid, storeAt: address + 8 },
      { call: 'close', args: [{ wordAt: target.resultAddress(1), plus: 0 }] },
      { call: 'close', args: [{ wordAt: target.resultAddress(0), plus: 0 }] },
    ]);
    assert.deepEqual([fd, duplicate, pid], [4, 42, target.pid]);
    assert.equal(words[1], BigInt(target.pid));
    assert.equal(descriptorsOf(target.pid).length, 4);
  }));

test('an error ends the list and is stored nowhere, unless it may be', () =>
  withStub(async (target) => {
    using region = target.allocate(8);
    const failing = { ...badClose, storeAt: region.address };
    assert.deepEqual(await target.run([getpid, failing, getpid]), [target.pid, -EBADF]);
    assert.deepEqual(await target.run([{ ...failing, mayFail: true }, getpid]), [-EBADF, target.pid]);
    assert.equal(wordsOf(region)[0], 0n);
    assert.deepEqual(await target.run([]), []);
  }));

test('what code returns is a result like any other, and it gets two arguments', () =>
  withStub(async (target) => {
    using region = target.allocate(8);
    const { address } = await target.load(store[architecture]);
    await target.run([{ call: 'code', args: [address, region.address, 0x1234_5678_9abc] }]);
    assert.equal(wordsOf(region)[0], 0x1234_5678_9abcn);
  }));

test('as many operations as fit are done, and more are refused', () =>
  withStub(async (target) => {
    const list = (length: number) => Array.from({ length }, () => getpid);
    assert.deepEqual(await target.run(list(maxOperations)), Array(maxOperations).fill(target.pid));
    await assert.rejects(target.run(list(maxOperations + 1)), RangeError);
    assert.deepEqual(await target.run(list(1)), [target.pid]);
  }));

test('memory grows beyond the first chunk, is zeroed, and is given out again', () =>
  withStub(async (target) => {
    const pages = 100;
    const regions = Array.from({ length: 10 }, () => target.allocate(pages * pageSize()));
    const large = target.allocate(5_000_000);
    assert.ok(large.bytes.length >= 5_000_000);
    const { address } = await target.load(store[architecture]);
    const last = [...regions, large].map(({ address: start, bytes }) => start + bytes.length - 8);
    await target.run(
      last.map((at, index) => ({ call: 'code', args: [address, at, index + 1], mayFail: true })),
    );
    [...regions, large].forEach((region, index) => {
      const words = wordsOf(region);
      assert.equal(words.at(-1), BigInt(index + 1));
      assert.ok(words.subarray(0, -1).every((word) => word === 0n));
    });
    large[Symbol.dispose]();
    using again = target.allocate(5_000_000);
    assert.equal(again.address, large.address);
    assert.ok(wordsOf(again).every((word) => word === 0n));
  }));

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

/** Has a stub do something that ends it, and gives the error, which every later call gives, too. */
async function endOf(
  operationsOf: (target: StubProcess) => Promise<readonly Operation[]>,
  options: Partial<StubOptions> = {},
): Promise<TargetError> {
  return withStub(async (target) => {
    const operations = await operationsOf(target);
    const error = await target.run(operations).catch((reason) => reason);
    assert.ok(error instanceof TargetError, `${error}`);
    await assert.rejects(target.run([getpid]), error);
    await target[Symbol.asyncDispose]();
    assert.equal(isAlive(target.pid), false);
    return error;
  }, options);
}

const crashes: Readonly<
  Record<string, readonly [NodeJS.Signals, (target: StubProcess) => Promise<[pc: number, ...Operation[]]>]>
> = {
  'a call of code that is not there': [
    'SIGSEGV',
    async () => [0x1234_5000, { call: 'code', args: [0x1234_5000] }],
  ],
  'a store into a page that is read only': [
    'SIGSEGV',
    async (target) => {
      const { address } = await target.load(store[architecture]);
      return [address, { call: 'code', args: [address, address, 0] }];
    },
  ],
  'a store behind the end of a file': [
    'SIGBUS',
    async (target) => {
      const { address } = await target.load(store[architecture]);
      const name = target.allocate(8);
      const prot = PROT.PROT_READ | PROT.PROT_WRITE;
      const fd = { wordAt: target.resultAddress(0), plus: 0 };
      return [
        address,
        { call: 'memfd_create', args: [name.address, 0] },
        { call: 'mmap', args: [0, pageSize(), prot, MAP.MAP_SHARED, fd, 0] },
        { call: 'code', args: [address, { wordAt: target.resultAddress(1), plus: 0 }, 0] },
      ];
    },
  ],
  'an instruction that there is not': [
    'SIGILL',
    async (target) => {
      const { address } = await target.load(illegal[architecture]);
      return [address, { call: 'code', args: [address] }];
    },
  ],
};

for (const [name, [signal, crash]] of Object.entries(crashes))
  test(`${name} is told with its signal and instruction`, async () => {
    let expected: number | undefined;
    const error = await endOf(async (target) => {
      const [programCounter, ...operations] = await crash(target);
      expected = programCounter;
      return operations;
    });
    assert.deepEqual([error.signal, error.programCounter, error.isHung], [signal, expected, false]);
    assert.match(error.message, new RegExp(`^killed by ${signal} \\(signal \\d+\\)$`));
  });

test('of other signals, from within or from elsewhere, only the name is told', async () => {
  const trap = await endOf(async (target) => {
    const { address } = await target.load(breakpoint[architecture]);
    return [{ call: 'code', args: [address] }];
  });
  assert.deepEqual([trap.signal, trap.programCounter], ['SIGTRAP', undefined]);
  const killed = await endOf(async ({ pid }) => [{ call: 'kill', args: [pid, 15] }]);
  assert.deepEqual([killed.signal, killed.programCounter], ['SIGTERM', undefined]);
});

test('a process that ends by itself is told with its status', async () => {
  const error = await endOf(async () => [{ call: 'exit_group', args: [7] }]);
  assert.equal(error.message, 'the measured process exited with status 7');
});

/** What hangs: code that does not return, and a system call. */
const hangs: Readonly<Record<string, (target: StubProcess) => Promise<Operation[]>>> = {
  'code without an end': async (target) => {
    const { address } = await target.load(endless[architecture]);
    return [{ call: 'code', args: [address] }];
  },
  'a system call without an end': async (target) => [
    { call: 'futex', args: [target.allocate(8).address, 0, 0, 0] },
  ],
};

for (const [name, hang] of Object.entries(hangs)) {
  test(`${name} is ended at the timeout`, async () => {
    const error = await endOf(hang, { timeout: 300 });
    assert.deepEqual([error.isHung, error.message], [true, 'hung: no result within 0.3 s']);
  });

  test(`${name} is ended by an AbortSignal`, async () => {
    const controller = new AbortController();
    const error = await endOf(
      async (target) => {
        setTimeout(50).then(() => controller.abort());
        return hang(target);
      },
      { signal: controller.signal },
    );
    assert.deepEqual([error.isHung, error.message], [false, 'interrupted']);
  });
}

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
  view[block.patience / 8 + 1] = BigInt(words.nanoseconds ?? 1_000_000);
  const stub = startRawStub(buildStub(architecture).file, { cpus: allowedCpus(), files: [data.fd] });
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
      // Many times its patience.
      await setTimeout(100);
      assert.equal(stub.look(), undefined);
    });
});

test('a stub that cannot map its data ends', async () => {
  const stub = startRawStub(buildStub(architecture).file, { cpus: allowedCpus(), files: [] });
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
      assert.match(status, /^SigIgn:\s+0+$/m);
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
