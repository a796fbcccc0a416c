import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { withProgram } from '../../src/program/engine.ts';
import { NativeCode } from '../../src/program/native/engine.ts';
import { programFor } from '../../src/runner/bench.ts';
import { catalogue, findStrategy } from '../../src/strategies/catalogue.ts';
import type { Strategy } from '../../src/strategies/strategy.ts';
import { MAP, PROT } from '../../src/system/constants.ts';
import { isOfKind } from '../../src/system/errors.ts';
import { pageSize } from '../../src/system/memory.ts';
import { type MeasuredProcess, systemCall } from '../../src/target/measured-process.ts';
import { findWorkload, type WorkloadName, type WorkloadParameters } from '../../src/workloads/catalogue.ts';
import { functionTemplate } from '../../src/workloads/functions.ts';
import { patchSites } from '../../src/workloads/patch.ts';
import { cannotRun } from '../support/host.ts';
import { withHugePages } from '../support/mapbench.ts';
import { architecture, mapsOf, withContent } from '../support/stub.ts';

const restorePool = withHugePages();
after(() => restorePool?.());

/** Has a stub that holds what a workload loads, and what puts a strategy's program for it there. */
function withWorkload(
  name: WorkloadName,
  pages: number,
  parameters: WorkloadParameters,
  use: (load: (strategy: Strategy) => Promise<NativeCode>, target: MeasuredProcess) => Promise<void>,
): Promise<void> {
  const workload = findWorkload(name, parameters);
  const module = { pages, pageSize: pageSize() };
  const layout = workload.life.kind === 'cold' ? 'kernel' : 'guarded';
  return withContent(workload, pages * module.pageSize, (target, content) =>
    use(async (strategy) => {
      const program = programFor(strategy, workload, module);
      return NativeCode.load(target, { program, content, layout });
    }, target),
  );
}

function strategyNamed(name: string): Strategy {
  const strategy = findStrategy(name);
  assert.ok(strategy);
  return strategy;
}

const cases: readonly [
  workload: WorkloadName,
  pages: number,
  parameters: WorkloadParameters,
  results: number,
][] = [
  ['module', 3, { calls: { fraction: 0.1 } }, 1],
  ['module', 2, { calls: { count: 1 } }, 1],
  ['reloc', 3, { calls: { fraction: 1 } }, 1],
  ['patch', 8, { patches: 1 }, 1],
  ['patch', 8, { patches: 64 }, 1],
  ['tenancy', 2, { modules: 3, calls: { fraction: 1 } }, 1],
  ['cold', 3, {}, 3],
  ['footprint', 8, { calls: { fraction: 1 } }, 1],
];

/** Who cannot do what, in the words that a user reads. */
const unsuited: Readonly<Record<string, RegExp>> = {
  module: /only its links are written/,
  patch: /new mapping for every load|replaces the whole module|never writes|nothing to patch/,
  reloc:
    /nothing can be relocated|only once that is written|only its links are written|copies a page as it is/,
  tenancy:
    /pages of one module|only its links are written|at a time, which belong together|is a process|before the process ends/,
  cold: /at a time, which belong together|is a process|before the process ends|by chance only/,
  footprint:
    /when that is called, not beforehand|only its links are written|at a time, which belong together|is a process|before the process ends/,
};

for (const [workload, pages, parameters, results] of cases) {
  test(`${workload} ${JSON.stringify(parameters)}: every strategy runs what was loaded, or says why not`, () =>
    withWorkload(workload, pages, parameters, async (load) => {
      let ran = 0;
      for (const strategy of catalogue) {
        if (cannotRun(strategy, restorePool)) continue;
        try {
          using code = await load(strategy);
          const { executed, stale } = await withProgram(code, (program) => program.batch(300));
          const { isLoaded, loads } = code.program;
          const expected = 300 * (isLoaded ? 1 : loads) * results;
          assert.deepEqual({ executed, stale }, { executed: expected, stale: 0 }, strategy.name);
          ran++;
        } catch (error) {
          assert.ok(isOfKind(error, 'unsuited'), `${strategy.name}: ${error}`);
          assert.match(error.message, unsuited[workload] ?? /never/, strategy.name);
        }
      }
      assert.ok(ran >= 20, `${ran} strategies ran`);
    }));
}

for (const [workload, pages, parameters, results] of cases.filter(
  ([name]) => !/tenancy|cold|footprint/.test(name),
))
  test(`${workload} ${JSON.stringify(parameters)}: code that is not the loaded one is seen`, () =>
    withWorkload(workload, pages, parameters, async (load, target) => {
      const running = await (await load(strategyNamed('memfd'))).start();
      assert.equal((await running.batch(patchSites)).stale, 0);
      // Other memory in the view's place: what is written there is never run.
      const fixed = MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS | MAP.MAP_FIXED;
      const { view = 0 } = running.addresses();
      await systemCall(target, 'mmap', view, pages * pageSize(), PROT.PROT_WRITE, fixed, -1, 0);
      const { executed, stale } = await running.batch(64);
      // A source whose turn it is again gives the right result by chance.
      assert.ok(executed === 64 * results && stale >= executed - results, `${stale} of ${executed}`);
    }));

test('footprint: a function that is not the loaded one is seen, and the cost is that of a call', () =>
  withWorkload('footprint', 8, { calls: { count: 100 } }, async (load, target) => {
    const code = await load(strategyNamed('memfd'));
    assert.equal(code.program.loads, 100);
    const running = await code.start();
    assert.deepEqual((await running.batch(5)).stale, 0);
    const { view = 0 } = running.addresses();
    // The function that is called first, whatever the chain.
    await target.run([
      { call: 'store', args: [view + functionTemplate('leaf', architecture).constantAt, 1] },
    ]);
    const { executed, stale } = await running.batch(5);
    assert.deepEqual({ executed, stale }, { executed: 5, stale: 5 });
  }));

test('a tenant that is replaced is one of many, and the others keep their code', () =>
  withWorkload('tenancy', 2, { modules: 50 }, async (load, target) => {
    const executable = async () =>
      (await mapsOf(target)).filter(({ permissions, path }) => permissions === 'r-xp' && path === '').length;
    const running = await (await load(strategyNamed('naive'))).start();
    assert.equal(await executable(), 50);
    await running.batch(500);
    assert.equal(await executable(), 50);
    await running.close();
    assert.equal(await executable(), 0);
  }));

test('a tenant that no iteration has replaced has the addresses of its setup, and no other', () =>
  withWorkload('tenancy', 2, { modules: 50 }, async (load) => {
    await withProgram(await load(strategyNamed('memfd_move')), async (program) => {
      await program.batch(1);
      const addresses = program.addresses();
      assert.ok('code' in addresses && Object.values(addresses).every((each) => each > 0), `${addresses}`);
    });
  }));

for (const name of ['memfd', 'shm_open', 'mremap_dup', 'image_private', 'procmem'])
  test(`${name}: a cold iteration leaves nothing, however often it runs`, () =>
    withWorkload('cold', 2, {}, async (load, target) => {
      const running = await (await load(strategyNamed(name))).start();
      await running.batch(10);
      const before = await mapsOf(target);
      await running.batch(200);
      assert.deepEqual(await mapsOf(target), before);
    }));
