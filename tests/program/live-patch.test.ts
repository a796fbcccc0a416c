/** Code that one thread patches while another runs it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireExecution } from '../../src/program/arrange.ts';
import { NativeCode } from '../../src/program/native/engine.ts';
import { Team } from '../../src/program/native/team.ts';
import { backgroundProgram } from '../../src/runner/thread-group.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { allowedCpus } from '../../src/system/cpus.ts';
import { isOfKind } from '../../src/system/errors.ts';
import { pageSize } from '../../src/system/memory.ts';
import type { LoadedPatches } from '../../src/workloads/content.ts';
import { liveCode } from '../../src/workloads/page-starts.ts';
import { architecture, withStub } from '../support/stub.ts';
import { programNamed } from '../verification/observed.ts';

const module = { pages: 1, pageSize: pageSize() };
const cpus = allowedCpus();
const skip =
  architecture === 'arm64' ? 'AArch64 lets nobody patch what runs' : cpus.length < 2 && 'it takes two CPUs';

/** A place is patched for so many milliseconds while a thread calls it: patches, calls, wrong results. */
function patchWhileItRuns(offset: number, milliseconds: number) {
  return withStub(async (target) => {
    using sites = target.allocate(4);
    new DataView(sites.bytes.buffer, sites.bytes.byteOffset).setUint32(0, offset, true);
    const content: LoadedPatches = {
      kind: 'patches',
      code: liveCode,
      sites: sites.address,
      siteCount: 1,
      count: 1,
    };
    const layout = 'kernel';
    const patches = { program: programNamed('memfd'), content, layout } as const;
    const runs = {
      program: backgroundProgram('run', module),
      content: { ...content, isBystander: true },
      layout,
    } as const;
    const [patching, running] = [
      await (await NativeCode.load(target, patches)).start(),
      await (await NativeCode.load(target, runs)).start(),
    ];
    await patching.batch(1);
    using _module = running.borrowModule(patching);
    const [first = 0, second = first] = cpus;
    const team = await Team.in(target);
    const [patched, called] = await team.run(
      [
        { program: patching, iterations: 1000, cpu: first },
        { program: running, iterations: 1000, cpu: second },
      ],
      milliseconds * 1e6,
    );
    return { patches: patched?.loads ?? 0, ...called?.batch };
  });
}

test('a store within 8 aligned bytes is seen whole, a million times', { skip }, async () => {
  let patches = 0;
  for (const offset of [0, 64, 256 + 56]) {
    while (patches < 1e6) {
      const { patches: made, executed = 0, stale } = await patchWhileItRuns(offset, 100);
      assert.ok(executed >= 1000);
      assert.equal(stale, 0);
      patches += made;
    }
    patches = 0;
  }
});

test('a store across two cache lines is seen torn', { skip }, async () => {
  // The second byte of the number is in the next line.
  let torn = 0;
  for (let attempt = 0; attempt < 20 && torn === 0; attempt++)
    torn = (await patchWhileItRuns(62, 200)).stale ?? 0;
  assert.ok(torn > 0);
});

test('strategies whose code cannot be run at every moment are left out', () => {
  const refused = catalogue.flatMap((strategy) => {
    try {
      requireExecution(programOf(strategy, module));
      return [];
    } catch (error) {
      assert.ok(isOfKind(error, 'unsuited') && /another thread does meanwhile$/.test(error.message));
      return [strategy.name];
    }
  });
  for (const name of ['reuse', 'naive', 'reuse_lock', 'publish2']) assert.ok(refused.includes(name), name);
  for (const name of ['rwx', 'rwx_flip', 'memfd', 'memfd_viewflip', 'procmem'])
    assert.ok(!refused.includes(name), name);
});
