import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANONYMOUS, buildProgram, EXEC, NONE, PRIVATE, READ, WRITE } from '../../src/program/builder.ts';
import type { Program } from '../../src/program/ir.ts';
import { compileLoop } from '../../src/program/native/compile.ts';
import { NativeCode } from '../../src/program/native/engine.ts';
import { mappingsOf } from '../../src/program/protections.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { PKEY } from '../../src/system/constants.ts';
import { TargetError } from '../../src/target/measured-process.ts';
import { checkProtections } from '../../src/verification/protections.ts';
import { retContent } from '../support/content.ts';
import { cannotRun } from '../support/host.ts';
import { withStub } from '../support/stub.ts';
import { subjectOf } from './broken.ts';
import { programNamed } from './observed.ts';

/** The program of pkey_wx, with other rights at the write and at the run. */
const keyed = (writing: number, running: number): Program =>
  buildProgram('keyed', { pages: 1, pageSize: 4096 }, ({ setup, iterate, size }) => {
    const key = setup.pkeyAlloc(writing);
    const code = setup.mmap({ name: 'code', length: size, prot: NONE, flags: PRIVATE | ANONYMOUS });
    setup.pkeyMprotect(code, READ | WRITE | EXEC, key);
    iterate.pkeySet(key, writing);
    iterate.writeModule(code);
    iterate.pkeySet(key, running);
    iterate.executeModule(code);
  });

test('a mapping that is rwx in /proc/self/maps is never both for a thread whose key takes one right at a time', () =>
  withStub(async (target) => {
    const outcome = (program: Program) => {
      const [code] = mappingsOf(program);
      assert.ok(code);
      const seen = [{ offset: 0, length: code.length, protection: 'rwx', fileOffset: 0 }];
      const snapshots = program.iteration.map((step) => ({ step, mappings: new Map([[code.slot, seen]]) }));
      return checkProtections(subjectOf(target, program, 'flip'), snapshots);
    };
    const { PKEY_DISABLE_EXECUTE: X, PKEY_DISABLE_WRITE: W } = PKEY;
    assert.equal(outcome(programNamed('pkey_wx')).outcome, 'passes');
    assert.equal(outcome(keyed(X, W)).outcome, 'passes');
    // As pkey_rwx: while it writes it may run as well.
    const { outcome: both, evidence } = outcome(keyed(0, W));
    assert.equal(both, 'fails');
    assert.match(
      evidence,
      /^code is rwx after pkey_set\(key, 0\): writable and executable at once, and 1 more/,
    );
    assert.equal(outcome(keyed(X, 0)).outcome, 'fails');
  }));

test('AArch64 gives a key read and write, then read and execute, where x86-64 has two bits for each', () => {
  const words = (name: string) => {
    const { bytes } = compileLoop(programNamed(name), retContent('arm64'), { architecture: 'arm64', pid: 1 });
    return new Set(new Uint32Array(bytes.slice(0, bytes.length & ~3).buffer));
  };
  // mov x11, #rights
  const granting = (rights: number) => 0xd280_000b + (rights << 5);
  const [read, execute, write] = [1, 2, 4];
  const [rwx, rw, rx] = [read | write | execute, read | write, read | execute].map(granting);
  const has = (name: string) => [rwx, rw, rx].map((word = 0) => words(name).has(word));
  assert.deepEqual(has('pkey_wx'), [false, true, true]);
  assert.deepEqual(has('pkey_rwx'), [true, false, true]);
});

for (const [name, mapping] of [
  ['pkey_rwx', 'code'],
  ['pkey_wx', 'code'],
  ['memfd_pkey', 'view'],
] as const) {
  const strategy = findStrategy(name);
  assert.ok(strategy);
  test(
    `a store of the loading thread outside the window of ${name} is a fault`,
    {
      skip: cannotRun(strategy, undefined),
    },
    () =>
      withStub(async (target) => {
        const source = { program: programNamed(name), content: retContent(), layout: 'guarded' } as const;
        const running = await (await NativeCode.load(target, source)).start();
        await running.batch(10);
        const place = running.addresses()[mapping] ?? 0;
        await assert.rejects(
          target.run([{ call: 'store', args: [place, 1] }]),
          (error) => error instanceof TargetError && error.signal === 'SIGSEGV',
        );
      }),
  );
}
