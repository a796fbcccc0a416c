import assert from 'node:assert/strict';
import { closeSync, openSync, readSync } from 'node:fs';
import { after, test } from 'node:test';
import {
  type LoadedCode,
  type PreparedProgram,
  type ProgramSource,
  withProgram,
} from '../../src/program/engine.ts';
import { FfiCode } from '../../src/program/ffi.ts';
import { layouts } from '../../src/program/names.ts';
import { NativeCode } from '../../src/program/native/engine.ts';
import { StepFailure } from '../../src/program/step-failure.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { rusage, usageIn } from '../../src/system/counters.ts';
import { type MapsEntry, pageSize } from '../../src/system/memory.ts';
import { type MeasuredProcess, type Operation, systemCall } from '../../src/target/measured-process.ts';
import type { Content } from '../../src/workloads/content.ts';
import { retContent, stampContent } from '../support/content.ts';
import { cannotRun } from '../support/host.ts';
import { withHugePages } from '../support/mapbench.ts';
import { mapsOf, withStub, withThisProcess } from '../support/stub.ts';

const module = { pages: 3, pageSize: pageSize() };

const restorePool = withHugePages();
after(() => restorePool?.());

/** How each engine has a measured process, and puts a program into it. */
const engines = {
  native: (source: ProgramSource, use: (code: LoadedCode) => Promise<void>) =>
    withStub(async (target) => use(await NativeCode.load(target, source))),
  ffi: (source: ProgramSource, use: (code: LoadedCode) => Promise<void>) =>
    withThisProcess(async (target) => {
      using code = await FfiCode.load(target, source);
      await use(code);
    }),
};

function sourceOf(name: string, content: Content): ProgramSource {
  const strategy = catalogue.find((candidate) => candidate.name === name);
  assert.ok(strategy);
  return { program: programOf(strategy, module), content, layout: 'guarded' };
}

/** Runs an iteration step by step in a stub, and gives what `look` made of the program after each. */
function seenAfterSteps<T>(
  source: ProgramSource,
  iterations: number,
  look: (program: PreparedProgram, maps: readonly MapsEntry[]) => T,
): Promise<T[]> {
  return withStub(async (target) => {
    const seen: T[] = [];
    await withProgram(await NativeCode.load(target, source, source.program.iteration), (program) =>
      program.batchStepByStep(iterations, async () => {
        seen.push(look(program, await mapsOf(target)));
      }),
    );
    return seen;
  });
}

/**
 * After each step: the protections of the executed and, where there is one, of the written mapping, with what
 * lies on either side.
 */
const guard = '---s';
const flip = [
  `${guard} rw-p ${guard}`,
  `${guard} rw-p ${guard}`,
  `${guard} r-xp ${guard}`,
  `${guard} r-xp ${guard}`,
];
const dual = Array(2).fill(`${guard} r-xs ${guard}, ${guard} -w-s ${guard}`);
const protections: Record<string, string[]> = {
  naive: [...flip, 'hole'],
  reuse: flip,
  reuse_lock: flip,
  hugetlb: flip,
  reuse_shared: flip.map((line) => line.replace(/(rw-|r-x)p/, '$1s')),
  rwx: Array(2).fill(`${guard} rwxp ${guard}`),
  memfd: dual,
  shm_open: dual,
};

for (const strategy of catalogue) {
  const { name } = strategy;
  const skip = cannotRun(strategy, restorePool);

  test(`${name}: both engines run every page's fresh code, and none that is stale`, { skip }, async () => {
    for (const [engine, withCode] of Object.entries(engines))
      await withCode(sourceOf(name, stampContent()), (code) =>
        withProgram(code, async (program) => {
          for (const iterations of [1, 1, 100]) {
            const { executed, stale } = await program.batch(iterations);
            const calls = iterations * module.pages * program.program.loads;
            assert.deepEqual({ executed, stale }, { executed: calls, stale: 0 }, engine);
          }
        }),
      );
  });

  // Of the others tests/verification looks at the protections.
  if (protections[name] === undefined) continue;
  test(`${name}: protections and guards at every step`, { skip }, async () => {
    const seen = await seenAfterSteps(sourceOf(name, retContent()), 2, neighbourhood);
    assert.deepEqual(seen, [...(protections[name] ?? []), ...(protections[name] ?? [])]);
  });
}

function neighbourhood(program: PreparedProgram, maps: readonly MapsEntry[]): string {
  return Object.values(program.addresses())
    .map((address) => {
      const index = maps.findIndex(({ start }) => start === address);
      if (index === -1) return 'hole';
      return [maps[index - 1], maps[index], maps[index + 1]]
        .map((entry) => adjacent(entry, maps[index]))
        .join(' ');
    })
    .join(', ');
}

function adjacent(entry: MapsEntry | undefined, subject: MapsEntry | undefined): string {
  const touches = entry === subject || entry?.end === subject?.start || entry?.start === subject?.end;
  return touches ? (entry?.permissions ?? '') : 'nothing';
}

test('a step of every 64th iteration runs in the last of a batch, and 64 before', async () => {
  for (const [engine, withCode] of Object.entries(engines))
    await withCode(sourceOf('memfd_remap', stampContent()), (code) =>
      withProgram(code, async (program) => {
        const places = new Set([program.addresses().view]);
        // The view is mapped at a random address in each of them.
        for (let batches = 0; batches < 3; batches++) {
          await program.batch(1);
          places.add(program.addresses().view);
        }
        assert.equal(places.size, 4, engine);
      }),
    );
});

test('the ret workload writes a return instruction at every page start', async () => {
  const content = retContent();
  assert.ok(content.kind === 'page starts');
  const { bytes, bits } = content.code;
  for (const [engine, withCode] of Object.entries(engines))
    await withCode(sourceOf('memfd', content), (code) =>
      withProgram(code, async (program) => {
        await program.batch(1);
        for (let page = 0; page < module.pages; page++) {
          const address = (program.addresses().code ?? 0) + page * module.pageSize;
          assert.equal(
            memoryOf(code.target, address, bytes).readUIntLE(0, bytes),
            Number(bits),
            `${engine}, page ${page}`,
          );
        }
      }),
    );
});

function memoryOf({ pid }: MeasuredProcess, address: number, length: number): Buffer {
  const fd = openSync(`/proc/${pid}/mem`, 'r');
  const bytes = Buffer.alloc(length);
  readSync(fd, bytes, 0, length, address);
  closeSync(fd);
  return bytes;
}

test('a warm-up runs fresh code, too, and lies before what surrounds the batch', async () => {
  const [warmUp, iterations] = [1000, 10];
  for (const [engine, withCode] of Object.entries(engines))
    await withCode(sourceOf('naive', stampContent()), (code) =>
      withProgram(code, async (program) => {
        using memory = code.target.allocate(512);
        const read = (at: number): Operation => ({
          call: 'getrusage',
          args: [rusage.thread, memory.address + at],
        });
        const surroundings = { warmUp, before: [read(0)], after: [read(256)] };
        for (let turn = 0; turn < 2; turn++) {
          const { executed, stale } = await program.batch(iterations, surroundings);
          const all = (warmUp + iterations) * module.pages;
          assert.deepEqual({ executed, stale }, { executed: all, stale: 0 }, engine);
          const faults = usageIn(memory.bytes.subarray(256)).minorFaults - usageIn(memory.bytes).minorFaults;
          // Each page of a fresh mapping is one; JavaScript takes some of its own.
          const own = iterations * module.pages;
          assert.ok(
            engine === 'native' ? faults === own : faults >= own && faults < all,
            `${engine}: ${faults}`,
          );
        }
      }),
    );
});

test('a step that fails in the warm-up ends the batch', async () => {
  for (const [engine, withCode] of Object.entries(engines))
    await withCode(sourceOf('reuse', stampContent()), (code) =>
      withProgram(code, async (program) => {
        await program.batch(1);
        const { code: address = 0 } = program.addresses();
        await systemCall(code.target, 'munmap', address, module.pages * module.pageSize);
        await assert.rejects(
          program.batch(1, { warmUp: 1, before: [], after: [] }),
          (error) => error instanceof StepFailure && error.step.number === 2 && error.errno === 12,
          engine,
        );
      }),
    );
});

test('in every layout the iteration runs where the layout wants it', async () => {
  for (const layout of layouts)
    for (const name of ['naive', 'reuse'])
      await engines.native({ ...sourceOf(name, stampContent()), layout }, (code) =>
        withProgram(code, async (program) => {
          assert.equal((await program.batch(10)).stale, 0);
          assert.equal(program.isMappedAsPlanned(), true, `${name} ${layout}`);
        }),
      );
});

test('the merged layout has a neighbour that the kernel merges with', async () => {
  const source = { ...sourceOf('reuse', retContent()), layout: 'merged' as const };
  const lengths = await seenAfterSteps(source, 1, (program, maps) => {
    const address = program.addresses().code ?? 0;
    const entry = maps.find((candidate) => candidate.start <= address && address < candidate.end);
    return (entry?.end ?? 0) - address;
  });
  const [alone, merged] = [module.pages * module.pageSize, (module.pages + 1) * module.pageSize];
  assert.deepEqual(lengths, [merged, merged, alone, alone]);
});

// Of the native engine tests/program/ownership.test.ts counts every mapping.
test('what a program of the ffi engine mapped is gone after close', () =>
  withThisProcess(async (target) => {
    const count = async () =>
      (await mapsOf(target)).filter(({ permissions }) => permissions === '---s' || permissions.endsWith('xs'))
        .length;
    const before = await count();
    for (const strategy of catalogue) {
      // What is sealed stays.
      if (cannotRun(strategy, restorePool) || strategy.name === 'memfd_sealed') continue;
      using code = await FfiCode.load(target, sourceOf(strategy.name, retContent()));
      await withProgram(code, (program) => program.batch(10));
    }
    assert.equal(await count(), before);
  }));
