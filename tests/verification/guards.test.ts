import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildProgram, EXEC, READ, SHARED, WRITE } from '../../src/program/builder.ts';
import type { Program } from '../../src/program/ir.ts';
import { NativeCode } from '../../src/program/native/engine.ts';
import { MADV } from '../../src/system/constants.ts';
import { pageSize } from '../../src/system/memory.ts';
import { systemCallNumber } from '../../src/system/syscalls.ts';
import { TargetError } from '../../src/target/measured-process.ts';
import type { StubProcess } from '../../src/target/stub-process.ts';
import { verify } from '../../src/verification/verify.ts';
import { stampContent } from '../support/content.ts';
import { refuse } from '../support/seccomp.ts';
import { architecture, withStub } from '../support/stub.ts';
import { subjectOf } from './broken.ts';
import { mappingsAt, observed, pages, programNamed } from './observed.ts';

test('the view of memfd_viewguard keeps its one mapping, and a store into it is a fault while it is closed', async () => {
  const seen = await observed('memfd_viewguard', ({ target, places }) =>
    mappingsAt(target, places.view ?? 0, pages * pageSize()),
  );
  assert.deepEqual(new Set(seen.map(String)), new Set([`-w-s ${pages}`]));
  const program = programNamed('memfd_viewguard');
  await withStub(async (target) => {
    const code = await NativeCode.load(target, { program, content: stampContent(), layout: 'guarded' });
    const running = await code.start();
    assert.equal((await running.batch(100)).stale, 0);
    const { view = 0 } = running.addresses();
    await assert.rejects(
      target.run([{ call: 'store', args: [view, 1] }]),
      (error) => error instanceof TargetError && error.signal === 'SIGSEGV',
    );
  });
});

test('guards that the kernel did not install are seen, and guards on guards', async () => {
  const program = programNamed('memfd_viewguard');
  const failing = async (subject: Program, prepare: (target: StubProcess) => Promise<void>) =>
    (
      await withStub(async (target) => {
        await prepare(target);
        return verify(subjectOf(target, subject, 'dual'));
      })
    ).flatMap(({ check, outcome, evidence }) => (outcome === 'fails' ? [`${check}: ${evidence}`] : []));
  const ignoring = (target: StubProcess) =>
    refuse(target, { number: systemCallNumber(architecture, 'madvise'), args: {}, errno: 0 });
  await assert.rejects(
    failing(program, ignoring),
    /^MapbenchError: the kernel took MADV_GUARD_INSTALL and made view no guard region \(.* step \d\): .*; run on a real one, or take memfd_viewflip$/,
  );
  const setup = program.setup.filter(({ kind }) => kind !== 'require');
  const ignored = await failing({ ...program, setup }, ignoring);
  assert.match(String(ignored), /^protections: view is -w- after .*GUARD_INSTALL\), not guard/);
  assert.match(String(ignored), /real changes: madvise\(view, \d+, MADV_GUARD_REMOVE\) changes nothing/);
  const twice = buildProgram('twice', program.module, ({ setup, iterate, size }) => {
    const fd = setup.memfdCreate('mapbench', 0);
    setup.ftruncate(fd, size);
    const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: SHARED, fd });
    const view = setup.mmap({ name: 'view', length: size, prot: WRITE, flags: SHARED, fd });
    iterate.madvise(view, MADV.MADV_GUARD_REMOVE);
    iterate.writeModule(view);
    for (let time = 0; time < 2; time++) iterate.madvise(view, MADV.MADV_GUARD_INSTALL);
    iterate.executeModule(code);
  });
  assert.match(
    String(await failing(twice, async () => {})),
    /^real changes: madvise\(view, \d+, MADV_GUARD_INSTALL\) changes nothing: it was guard before$/,
  );
});
