import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAP, PROT } from '../../src/system/constants.ts';
import {
  type MeasuredProcess,
  maxOperations,
  type Operation,
  TargetError,
} from '../../src/target/measured-process.ts';
import type { StubOptions, StubProcess } from '../../src/target/stub-process.ts';
import { breakpoint, endless, illegal, storing, sum } from '../support/machine-code.ts';
import { isAlive } from '../support/mapbench.ts';

/** What has a stub for as long as `use` takes. */
type WithStub = <T>(use: (target: StubProcess) => Promise<T>, options?: Partial<StubOptions>) => Promise<T>;

export const getpid: Operation = { call: 'getpid', args: [] };
const EBADF = 9;
const badClose: Operation = { call: 'close', args: [999] };

/** The 64-bit words of a region. */
export const wordsOf = ({ bytes }: { readonly bytes: Uint8Array }) =>
  new BigInt64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);

/** What every measured process does with operations. */
export function testOperations(
  name: string,
  withTarget: (use: (target: MeasuredProcess) => Promise<void>) => Promise<void>,
  skip: string | false = false,
): void {
  test(`${name}: operations refer to results of earlier ones, and to words of memory`, { skip }, () =>
    withTarget(async (target) => {
      using region = target.allocate(24);
      const words = wordsOf(region);
      words[0] = 640n;
      const { address } = region;
      const F_DUPFD = 0;
      const [fd = 0, duplicate, pid, ...others] = await target.run([
        { call: 'memfd_create', args: [address + 16, 0] },
        {
          call: 'fcntl',
          args: [{ wordAt: target.resultAddress(0), plus: 0 }, F_DUPFD, { wordAt: address, plus: 2 }],
        },
        { ...getpid, storeAt: address + 8 },
        { call: 'close', args: [{ wordAt: target.resultAddress(0), plus: 0 }] },
        { call: 'close', args: [{ wordAt: target.resultAddress(1), plus: 0 }] },
        { call: 'close', args: [{ wordAt: target.resultAddress(1), plus: 0 }], mayFail: true },
      ]);
      assert.ok(fd > 2);
      assert.deepEqual([duplicate, pid, ...others], [642, target.pid, 0, 0, -EBADF]);
      assert.equal(words[1], BigInt(target.pid));
    }),
  );

  test(`${name}: an error ends the list and is stored nowhere, unless it may be`, { skip }, () =>
    withTarget(async (target) => {
      using region = target.allocate(8);
      const failing = { ...badClose, storeAt: region.address };
      assert.deepEqual(await target.run([getpid, failing, getpid]), [target.pid, -EBADF]);
      assert.deepEqual(await target.run([{ ...failing, mayFail: true }, getpid]), [-EBADF, target.pid]);
      assert.equal(wordsOf(region)[0], 0n);
      assert.deepEqual(await target.run([]), []);
    }),
  );

  test(`${name}: a word is stored, between what is done before and after`, { skip }, () =>
    withTarget(async (target) => {
      using region = target.allocate(16);
      const { address } = region;
      const store = (word: number): Operation => ({ call: 'store', args: [address, word] });
      const { address: code } = await target.load(sum[target.architecture]);
      const sumOfWord: Operation = { call: 'code', args: [code, { wordAt: address, plus: 0 }, 1] };
      const results = await target.run([store(-7), sumOfWord, store(2 ** 52), sumOfWord]);
      assert.deepEqual(results, [0, -6]);
      assert.deepEqual(await target.run([store(41), sumOfWord]), [0, 42]);
      assert.deepEqual([...wordsOf(region).subarray(0, 2)], [41n, 0n]);
    }),
  );

  test(`${name}: code gets two arguments, and returns results like any other`, { skip }, () =>
    withTarget(async (target) => {
      using region = target.allocate(8);
      const { address } = await target.load(sum[target.architecture]);
      const add = (a: number, b: number): Operation => ({ call: 'code', args: [address, a, b] });
      const large = 2 ** 52;
      const results = await target.run([{ ...add(large, 5), storeAt: region.address }, add(-4, -5), getpid]);
      assert.deepEqual(results, [large + 5, -9]);
      assert.equal(wordsOf(region)[0], BigInt(large + 5));
    }),
  );
}

/** What every stub does with long lists and much memory. */
export function testMemory(name: string, withStub: WithStub, skip: string | false = false): void {
  test(`${name}: as many operations as fit are done, and more are refused`, { skip }, () =>
    withStub(async (target) => {
      const list = (length: number) => Array.from({ length }, () => getpid);
      assert.deepEqual(await target.run(list(maxOperations)), Array(maxOperations).fill(target.pid));
      await assert.rejects(target.run(list(maxOperations + 1)), RangeError);
      assert.deepEqual(await target.run(list(1)), [target.pid]);
    }),
  );

  test(`${name}: memory grows beyond the first chunk, is zeroed, and is given out again`, { skip }, () =>
    withStub(async (target) => {
      const regions = Array.from({ length: 10 }, () => target.allocate(400_000));
      const large = target.allocate(5_000_000);
      assert.ok(large.bytes.length >= 5_000_000);
      const { address } = await target.load(storing[target.architecture]);
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
    }),
  );
}

/** What crashes, with the signal and the instruction. */
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
      const { address } = await target.load(storing[target.architecture]);
      return [address, { call: 'code', args: [address, address, 0] }];
    },
  ],
  'a store behind the end of a file': [
    'SIGBUS',
    async (target) => {
      const { address } = await target.load(storing[target.architecture]);
      const name = target.allocate(8);
      const prot = PROT.PROT_READ | PROT.PROT_WRITE;
      const fd = { wordAt: target.resultAddress(0), plus: 0 };
      return [
        address,
        { call: 'memfd_create', args: [name.address, 0] },
        { call: 'mmap', args: [0, target.pageSize, prot, MAP.MAP_SHARED, fd, 0] },
        { call: 'code', args: [address, { wordAt: target.resultAddress(1), plus: 0 }, 0] },
      ];
    },
  ],
  'an instruction that there is not': [
    'SIGILL',
    async (target) => {
      const { address } = await target.load(illegal[target.architecture]);
      return [address, { call: 'code', args: [address] }];
    },
  ],
};

/** What hangs: code that does not return, and a system call. */
const hangs: Readonly<Record<string, (target: StubProcess) => Promise<Operation[]>>> = {
  'code without an end': async (target) => {
    const { address } = await target.load(endless[target.architecture]);
    return [{ call: 'code', args: [address] }];
  },
  'a system call without an end': async (target) => [
    { call: 'futex', args: [target.allocate(8).address, 0, 0, 0] },
  ],
};

/** How every stub ends, and what is told of it. */
export function testEnds(name: string, withStub: WithStub, skip: string | false = false): void {
  /** Has a stub do something that ends it, and gives the error, which every later call gives, too. */
  const endOf = (
    operationsOf: (target: StubProcess) => Promise<readonly Operation[]>,
    options: Partial<StubOptions> = {},
  ): Promise<TargetError> =>
    withStub(async (target) => {
      const operations = await operationsOf(target);
      const error = await target.run(operations).catch((reason) => reason);
      assert.ok(error instanceof TargetError, `${error}`);
      await assert.rejects(target.run([getpid]), error);
      await target[Symbol.asyncDispose]();
      assert.equal(isAlive(target.pid), false);
      return error;
    }, options);

  for (const [crashing, [signal, crash]] of Object.entries(crashes))
    test(`${name}: ${crashing} is told with its signal and instruction`, { skip }, async () => {
      let expected: number | undefined;
      const error = await endOf(async (target) => {
        const [programCounter, ...operations] = await crash(target);
        expected = programCounter;
        return operations;
      });
      assert.deepEqual([error.signal, error.programCounter, error.isHung], [signal, expected, false]);
      assert.match(error.message, new RegExp(`^killed by ${signal} \\(signal \\d+\\)$`));
    });

  test(`${name}: of other signals, from within or from elsewhere, only the name is told`, {
    skip,
  }, async () => {
    const trap = await endOf(async (target) => {
      const { address } = await target.load(breakpoint[target.architecture]);
      return [{ call: 'code', args: [address] }];
    });
    assert.deepEqual([trap.signal, trap.programCounter], ['SIGTRAP', undefined]);
    const killed = await endOf(async ({ pid }) => [{ call: 'kill', args: [pid, 15] }]);
    assert.deepEqual([killed.signal, killed.programCounter], ['SIGTERM', undefined]);
  });

  test(`${name}: one that ends by itself is told with its status`, { skip }, async () => {
    const error = await endOf(async () => [{ call: 'exit_group', args: [7] }]);
    assert.equal(error.message, 'the measured process exited with status 7');
  });

  for (const [hanging, hang] of Object.entries(hangs)) {
    test(`${name}: ${hanging} is ended at the timeout`, { skip }, async () => {
      // On a busy machine that may be before it runs.
      const error = await endOf(hang, { timeout: 300 }).catch((reason) => reason);
      assert.ok(error instanceof TargetError);
      assert.deepEqual([error.isHung, error.message], [true, 'hung: no result within 0.3 s']);
    });

    test(`${name}: ${hanging} is ended by an AbortSignal`, { skip }, async () => {
      const controller = new AbortController();
      const error = await endOf(
        async (target) => {
          const operations = await hang(target);
          setImmediate(() => controller.abort());
          return operations;
        },
        { signal: controller.signal },
      );
      assert.deepEqual([error.isHung, error.message], [false, 'interrupted']);
    });
  }
}
