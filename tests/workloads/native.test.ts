import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnsuitedError } from '../../src/program/arrange.ts';
import { NativeProgram } from '../../src/program/native/engine.ts';
import { programFor } from '../../src/runner/program.ts';
import { catalogue, findStrategy } from '../../src/strategies/catalogue.ts';
import type { Strategy } from '../../src/strategies/strategy.ts';
import { hostArchitecture } from '../../src/system/architecture.ts';
import { MAP, PROT } from '../../src/system/constants.ts';
import { callLibc } from '../../src/system/libc.ts';
import { ownMaps } from '../../src/system/maps.ts';
import { pageSize } from '../../src/system/page-size.ts';
import { findWorkload, type WorkloadParameters } from '../../src/workloads/catalogue.ts';
import { loadContent } from '../../src/workloads/load.ts';
import { patchSites } from '../../src/workloads/patch.ts';
import { cannotRun } from '../support/host.ts';
import { withHugePages } from '../support/mapbench.ts';

const architecture = hostArchitecture();
if (architecture === undefined) throw new Error('x86-64 and AArch64 only');
const restorePool = withHugePages();
process.on('exit', () => restorePool?.());

function start(strategy: Strategy, name: string, pages: number, parameters: WorkloadParameters = {}) {
  const workload = findWorkload(name, parameters);
  assert.ok(workload && architecture);
  const module = { pages, pageSize: pageSize() };
  const program = programFor(strategy, workload, module);
  const content = loadContent(workload, pages * module.pageSize, architecture);
  const layout = workload.life.kind === 'cold' ? 'kernel' : 'guarded';
  return NativeProgram.start({ program, content, layout, architecture });
}

function strategyNamed(name: string): Strategy {
  const strategy = findStrategy(name);
  assert.ok(strategy);
  return strategy;
}

const cases: readonly [workload: string, pages: number, parameters: WorkloadParameters, results: number][] = [
  ['module', 3, { calls: { share: 0.1 } }, 1],
  ['module', 2, { calls: { count: 1 } }, 1],
  ['reloc', 3, { calls: { share: 1 } }, 1],
  ['patch', 8, { patches: 1 }, 1],
  ['patch', 8, { patches: 64 }, 1],
  ['tenancy', 2, { modules: 3, calls: { share: 1 } }, 1],
  ['cold', 3, {}, 3],
];

/** Who cannot do what, in the words that a user reads. */
const unsuited: Readonly<Record<string, RegExp>> = {
  patch: /new mapping for every load|replaces the whole module|never writes/,
  reloc: /nothing can be relocated/,
  tenancy: /at a time, which belong together|is a process|before the process ends/,
  cold: /at a time, which belong together|is a process|before the process ends|by chance only/,
};

for (const [workload, pages, parameters, results] of cases) {
  test(`${workload} ${JSON.stringify(parameters)}: every strategy runs what was loaded, or says why not`, () => {
    let ran = 0;
    for (const strategy of catalogue) {
      if (cannotRun(strategy, restorePool)) continue;
      try {
        const running = start(strategy, workload, pages, parameters);
        const { executed, stale } = running.batch(300);
        running.close();
        const { loads } = running.program;
        assert.deepEqual({ executed, stale }, { executed: 300 * loads * results, stale: 0 }, strategy.name);
        ran++;
      } catch (error) {
        assert.ok(error instanceof UnsuitedError, `${strategy.name}: ${error}`);
        assert.match(error.message, unsuited[workload] ?? /never/, strategy.name);
      }
    }
    assert.ok(ran >= 20, `${ran} strategies ran`);
  });
}

test('code that is not the loaded one is seen by every workload', () => {
  for (const [workload, pages, parameters, results] of cases) {
    if (workload === 'tenancy' || workload === 'cold') continue;
    const running = start(strategyNamed('memfd'), workload, pages, parameters);
    assert.equal(running.batch(patchSites).stale, 0);
    // Other memory in the view's place: what is written there is never run.
    const fixed = MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS | MAP.MAP_FIXED;
    callLibc('mmap', running.addresses().view, pages * pageSize(), PROT.PROT_WRITE, fixed, -1, 0);
    const { executed, stale } = running.batch(64);
    // A source whose turn it is again gives the right result by chance.
    assert.ok(
      executed === 64 * results && stale >= executed - results,
      `${workload}: ${stale} of ${executed}`,
    );
    running.close();
  }
});

test('a tenant that is replaced is one of many, and the others keep their code', () => {
  const running = start(strategyNamed('naive'), 'tenancy', 2, { modules: 50 });
  const executable = () =>
    ownMaps().filter(
      ({ permissions, end, start: from }) => permissions === 'r-xp' && end - from === 2 * pageSize(),
    ).length;
  const before = executable();
  assert.ok(before >= 50);
  running.batch(500);
  assert.equal(executable(), before);
  running.close();
  assert.ok(executable() <= before - 50);
});

test('a cold iteration leaves nothing, however often it runs', () => {
  for (const name of ['memfd', 'shm_open', 'mremap_dup', 'image_private', 'procmem']) {
    const running = start(strategyNamed(name), 'cold', 2);
    running.batch(10);
    const before = ownMaps().length;
    running.batch(200);
    // V8 may map a piece of heap meanwhile; a leak would be 200 mappings.
    const after = ownMaps();
    assert.ok(after.length - before < 20, `${name}: ${after.length - before} mappings more`);
    running.close();
  }
});
