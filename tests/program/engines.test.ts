import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Start } from '../../src/program/engine.ts';
import { FfiProgram } from '../../src/program/ffi/engine.ts';
import { layouts } from '../../src/program/layouts.ts';
import { startProgram } from '../../src/program/start.ts';
import type { Step } from '../../src/program/step.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { hostArchitecture } from '../../src/system/architecture.ts';
import { memoryView } from '../../src/system/libc.ts';
import { type MapsEntry, ownMaps } from '../../src/system/maps.ts';
import { pageSize } from '../../src/system/page-size.ts';
import type { Content } from '../../src/workloads/content.ts';
import { retContent, stampContent } from '../support/content.ts';
import { cannotRun } from '../support/host.ts';
import { withHugePages } from '../support/mapbench.ts';

const architecture = hostArchitecture();
if (architecture === undefined) throw new Error('Linux x86-64 or AArch64 is needed');
const module = { pages: 3, pageSize: pageSize() };

const restorePool = withHugePages();
process.on('exit', () => restorePool?.());

function startOf(name: string, content: Content): Start {
  const strategy = catalogue.find((candidate) => candidate.name === name);
  assert.ok(strategy && architecture);
  return { program: programOf(strategy, module), content, layout: 'guarded', architecture };
}

/**
 * After each step: the protections of the executed and, where there is one, of the written mapping, with what lies
 * on either side.
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

  test(`${name}: both engines run every page's fresh code, and none that is stale`, { skip }, () => {
    for (const engine of ['native', 'ffi'] as const) {
      const program = startProgram(engine, startOf(name, stampContent()));
      for (const iterations of [1, 1, 100]) {
        const { executed, stale } = program.batch(iterations);
        const calls = iterations * module.pages * program.program.loads;
        assert.deepEqual({ executed, stale }, { executed: calls, stale: 0 }, engine);
      }
      program.close();
    }
  });

  // Of the others tests/verification looks at the protections.
  if (protections[name] === undefined) continue;
  test(`${name}: protections and guards at every step`, { skip }, () => {
    const seen: string[] = [];
    const program = FfiProgram.start(startOf(name, retContent()), (step) =>
      seen.push(neighbourhood(step, program)),
    );
    program.batch(2);
    program.close();
    assert.deepEqual(seen, [...(protections[name] ?? []), ...(protections[name] ?? [])]);
  });
}

function neighbourhood(_step: Step, program: FfiProgram): string {
  const maps = ownMaps();
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

test('the ret workload writes a return instruction at every page start', () => {
  for (const engine of ['native', 'ffi'] as const) {
    const program = startProgram(engine, startOf('memfd', retContent()));
    program.batch(1);
    const code = new Uint8Array(memoryView(program.addresses().code ?? 0, module.pages * module.pageSize));
    const content = retContent();
    assert.ok(content.kind === 'page starts');
    const { bytes, bits } = content.code;
    for (let page = 0; page < module.pages; page++) {
      const start = code.subarray(page * module.pageSize, page * module.pageSize + bytes);
      assert.equal(Buffer.from(start).readUIntLE(0, bytes), Number(bits), `${engine}, page ${page}`);
    }
    program.close();
  }
});

test('in every layout the iteration runs where the layout wants it', () => {
  for (const layout of layouts) {
    for (const name of ['naive', 'reuse']) {
      const program = startProgram('native', { ...startOf(name, stampContent()), layout });
      assert.equal(program.batch(10).stale, 0);
      assert.equal(program.inPlace(), true, `${name} ${layout}`);
      program.close();
    }
  }
});

test('the merged layout has a neighbour that the kernel merges with', () => {
  const start = { ...startOf('reuse', retContent()), layout: 'merged' as const };
  const lengths: number[] = [];
  const program = FfiProgram.start(start, () => {
    const address = program.addresses().code ?? 0;
    const entry = ownMaps().find((candidate) => candidate.start <= address && address < candidate.end);
    lengths.push((entry?.end ?? 0) - address);
  });
  program.batch(1);
  program.close();
  const [alone, merged] = [module.pages * module.pageSize, (module.pages + 1) * module.pageSize];
  assert.deepEqual(lengths, [merged, merged, alone, alone]);
});

test('what a program mapped is gone after close', () => {
  const count = () =>
    ownMaps().filter(({ permissions }) => permissions === '---s' || permissions.endsWith('xs')).length;
  const before = count();
  for (const strategy of catalogue) {
    // What is sealed stays.
    if (cannotRun(strategy, restorePool) || strategy.name === 'memfd_sealed') continue;
    const program = startProgram('native', startOf(strategy.name, retContent()));
    program.batch(10);
    program.close();
  }
  assert.equal(count(), before);
});
