import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { ANONYMOUS, buildProgram, EXEC, hugePage, PRIVATE, READ, WRITE } from '../../src/program/builder.ts';
import { withProgram } from '../../src/program/engine.ts';
import type { Program } from '../../src/program/ir.ts';
import { NativeCode } from '../../src/program/native/engine.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { isOfKind } from '../../src/system/errors.ts';
import { pageSize } from '../../src/system/memory.ts';
import { systemCall } from '../../src/target/measured-process.ts';
import type { StubProcess } from '../../src/target/stub-process.ts';
import { verify } from '../../src/verification/verify.ts';
import { stampContent } from '../support/content.ts';
import { cannotRun } from '../support/host.ts';
import { withHugePages, withSharedHugePages } from '../support/mapbench.ts';
import { withStub } from '../support/stub.ts';
import { subjectOf } from './broken.ts';

const [restorePool, restoreSetting] = [withHugePages(), withSharedHugePages()];
after(() => {
  restorePool?.();
  restoreSetting?.();
});

function strategyNamed(name: string) {
  const strategy = findStrategy(name);
  assert.ok(strategy);
  return strategy;
}

const programNamed = (name: string) => programOf(strategyNamed(name), { pages: 4, pageSize: pageSize() });

/** Runs some iterations, and looks at the process while its mappings are there. */
const running = <T>(target: StubProcess, program: Program, look: (places: Record<string, number>) => T) =>
  NativeCode.load(target, { program, content: stampContent(), layout: 'guarded' }).then((code) =>
    withProgram(code, async (prepared) => {
      const { stale } = await prepared.batch(100);
      assert.equal(stale, 0);
      return look(prepared.addresses());
    }),
  );

/** KiB that the kernel counts in a field of the mapping that begins at an address. */
function kibibytes(pid: number, address: number, field: string): number {
  const blocks = readFileSync(`/proc/${pid}/smaps`, 'utf8').split(/^(?=[0-9a-f]+-)/m);
  const block = blocks.find((each) => each.startsWith(`${address.toString(16)}-`));
  assert.ok(block !== undefined, `a mapping begins at ${address.toString(16)}`);
  return Number(new RegExp(`^${field}: +(\\d+) kB$`, 'm').exec(block)?.[1]);
}

for (const [name, mappings, field] of [
  ['rwx_thp', ['code'], 'AnonHugePages'],
  ['rwx_hugetlb', ['code'], 'Private_Hugetlb'],
  ['memfd_thp', ['code', 'view'], 'ShmemPmdMapped'],
  ['memfd_thp_advise', ['code', 'view'], 'ShmemPmdMapped'],
] as const)
  test(
    `${name} runs from huge pages: ${field} of its mappings`,
    {
      skip: cannotRun(strategyNamed(name), restorePool),
    },
    () =>
      withStub((target) =>
        running(target, programNamed(name), (places) => {
          for (const mapping of mappings)
            assert.equal(kibibytes(target.pid, places[mapping] ?? 0, field), hugePage / 1024, mapping);
        }),
      ),
  );

// As cannotRun, but with the setting changed: most runs find it as kernels have it, never.
test(
  'memfd_thp_advise does what it says',
  {
    skip: cannotRun(strategyNamed('memfd_thp_advise'), restorePool),
  },
  () =>
    withStub(async (target) => {
      const results = await verify(subjectOf(target, programNamed('memfd_thp_advise'), 'dual'));
      for (const { check, outcome, evidence } of results)
        assert.notEqual(outcome, 'fails', `${check}: ${evidence}`);
    }),
);

const PR_SET_THP_DISABLE = 41;

const unavailable = (reason: RegExp) => (error: unknown) =>
  isOfKind(error, 'unavailable') && error instanceof Error && reason.test(error.message);

test('what the kernel gives no huge pages is unavailable, and says what stands against them', () =>
  withStub(async (target) => {
    assert.equal(await systemCall(target, 'prctl', PR_SET_THP_DISABLE, 1, 0, 0, 0), 0);
    for (const [name, mapping, step] of [
      ['rwx_thp', 'code', 4],
      ['memfd_thp_advise', 'view', 8],
    ] as const)
      await assert.rejects(
        running(target, programNamed(name), () => {}),
        unavailable(
          new RegExp(`^the kernel gave ${mapping} small pages .* step ${step}\\): .*PR_SET_THP_DISABLE`),
        ),
      );
  }));

test('without asking there are none, and the setting that is against it is named with the way out', () => {
  const length = hugePage;
  const silent = buildProgram('silent', { pages: 4, pageSize: pageSize() }, ({ setup, iterate }) => {
    const flags = PRIVATE | ANONYMOUS;
    const code = setup.mmap({ name: 'code', length, prot: READ | WRITE | EXEC, flags, align: length });
    setup.writeModule(code);
    setup.requireHugePages(code);
    iterate.writeModule(code);
    iterate.executeModule(code);
  });
  const folder = '/sys/kernel/mm/transparent_hugepage';
  const answers: [settings: Readonly<Record<string, string>>, reason: RegExp][] = [
    [
      { enabled: 'always madvise [never]' },
      /: \S+hugepage\/enabled is never; echo madvise > \/sys\/\S+\/enabled$/,
    ],
    [
      { enabled: '[always] madvise never', 'hugepages-2048kB/enabled': 'always inherit madvise [never]' },
      /: \S+hugepages-2048kB\/enabled is never; echo madvise > \S+hugepages-2048kB\/enabled$/,
    ],
    [{ enabled: 'always [madvise] never' }, /enabled is madvise: .* not asked .*compact_memory$/],
    [{}, /enabled is not there; echo/],
  ];
  return withStub(async (target) => {
    // What the kernel really says here is madvise.
    for (const [settings, reason] of answers) {
      target.readText = (path) => Promise.resolve(settings[path.slice(folder.length + 1)]);
      await assert.rejects(
        running(target, silent, () => {}),
        unavailable(reason),
      );
    }
  });
});
