import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrange } from '../../src/program/arrange.ts';
import { ANONYMOUS, buildProgram, EXEC, PRIVATE, READ, WRITE } from '../../src/program/builder.ts';
import { describeProgram } from '../../src/program/describe.ts';
import { NativeCode } from '../../src/program/native/engine.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { pageSize } from '../../src/system/memory.ts';
import { systemCallNumber } from '../../src/system/syscalls.ts';
import type { Operation } from '../../src/target/measured-process.ts';
import type { StubProcess } from '../../src/target/stub-process.ts';
import { retContent } from '../support/content.ts';
import { mapbench } from '../support/mapbench.ts';
import { refuse } from '../support/seccomp.ts';
import { architecture, withStub } from '../support/stub.ts';

const module = { pages: 2, pageSize: pageSize() };
const keys = (steps: readonly { kind: string; call?: string }[]) =>
  steps.flatMap(({ call = '' }) => (call === 'pkey_alloc' || call === 'pkey_free' ? [call] : []));

/** A mapping with a key, of which no processor has to know: the rights stay as they are. */
const keyed = buildProgram('keyed', module, ({ setup, iterate, size }) => {
  const key = setup.pkeyAlloc();
  const code = setup.mmap({
    name: 'code',
    length: size,
    prot: READ | WRITE | EXEC,
    flags: PRIVATE | ANONYMOUS,
  });
  setup.pkeyMprotect(code, READ | WRITE | EXEC, key);
  iterate.writeModule(code);
  iterate.executeModule(code);
});

/** The calls of a stub that make or free a key, where each is answered by 0 and does nothing. */
async function withCounts(use: (target: StubProcess, counted: () => string[]) => Promise<void>) {
  await withStub(async (target) => {
    for (const name of ['pkey_alloc', 'pkey_mprotect', 'pkey_free'] as const)
      await refuse(target, { number: systemCallNumber(architecture, name), args: {}, errno: 0 });
    const calls: string[] = [];
    const run = target.run.bind(target);
    target.run = (operations: readonly Operation[]) => {
      calls.push(...keys(operations.map(({ call }) => ({ kind: 'call', call }))));
      return run(operations);
    };
    await use(target, () => calls.splice(0));
  });
}

for (const strategy of ['pkey_rwx', 'memfd_pkey']) {
  test(`${strategy} of a thousand modules allocates one key, and says so`, () => {
    const found = findStrategy(strategy);
    assert.ok(found);
    const tenants = arrange(programOf(found, module), { kind: 'tenants', modules: 1000 });
    const text = describeProgram(tenants);
    assert.match(text, /key += pkey_alloc\(0, PKEY_DISABLE_WRITE\) {2}\(once for all modules\)/);
    assert.match(text, /pkey_free\(key\) {2}\(once for all modules\)$/);
  });

  test(`${strategy} that is cold allocates no key in an iteration`, () => {
    const found = findStrategy(strategy);
    assert.ok(found);
    const cold = arrange(programOf(found, module), { kind: 'cold' });
    assert.deepEqual([cold.setup, cold.iteration, cold.teardown].map(keys), [
      ['pkey_alloc'],
      [],
      ['pkey_free'],
    ]);
  });

  test(`${strategy} as C has one key outside of the loop over modules`, () => {
    const { stdout } = mapbench(['show', strategy, '--workload', 'tenancy', '--lang', 'c']);
    const [setup = '', teardown = ''] = ['setup', 'teardown'].map(
      (name) => stdout.split(`static void ${name}(void)\n`)[1]?.split('\n}\n')[0],
    );
    assert.match(stdout, /^static int key;$/m);
    assert.match(setup, /^ {4}if \(\(key = pkey_alloc\([^\n]*\n {4}for \(instance/m);
    assert.doesNotMatch(setup, /instance->key/);
    assert.match(teardown, /^ {4}}\n {4}if \(pkey_free\(key\) < 0\)/m);
  });
}

test('modules share one key, which is freed after the last', () =>
  withCounts(async (target, counted) => {
    const program = arrange(keyed, { kind: 'tenants', modules: 40 });
    const code = await NativeCode.load(target, { program, content: retContent(), layout: 'guarded' });
    const running = await code.start();
    await running.batch(100);
    assert.deepEqual(counted(), ['pkey_alloc']);
    await running.close();
    assert.deepEqual(counted(), ['pkey_free']);
  }));

test('programs that run at the same time, as threads have them, share one key', () =>
  withCounts(async (target, counted) => {
    const source = { program: keyed, content: retContent(), layout: 'guarded' } as const;
    const code = await NativeCode.load(target, source);
    const running = [await code.start(), await code.start(), await code.start()];
    for (const each of running) await each.batch(3);
    assert.deepEqual(counted(), ['pkey_alloc']);
    for (const each of running) await each.close();
    assert.deepEqual(counted(), ['pkey_free']);
    // The next placement has one of its own.
    await (await code.start()).close();
    assert.deepEqual(counted(), ['pkey_alloc', 'pkey_free']);
  }));

test('a setup that fails after the key frees it', () =>
  withCounts(async (target, counted) => {
    const source = { program: keyed, content: retContent(), layout: 'kernel' } as const;
    const code = await NativeCode.load(target, source);
    const number = systemCallNumber(architecture, 'pkey_mprotect');
    await refuse(target, { number, args: {}, errno: 12 });
    await assert.rejects(code.start(), { errno: 12 });
    assert.deepEqual(counted(), ['pkey_alloc', 'pkey_free']);
  }));
