import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildProgram } from '../../src/program/builder.ts';
import { compileLoop } from '../../src/program/native/compile.ts';
import { NativeCode } from '../../src/program/native/engine.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { retContent } from '../support/content.ts';
import { withStub } from '../support/stub.ts';

const module = { pages: 4, pageSize: 4096 };
const x64 = { architecture: 'x64', pid: 1 } as const;

for (const architecture of ['x64', 'arm64'] as const) {
  const target = { architecture, pid: 1 };
  test(`${architecture}: symbols cover the code without gaps and name the article's functions`, () => {
    for (const strategy of catalogue) {
      const code = compileLoop(programOf(strategy, module), retContent(architecture), target);
      let end = 0;
      for (const { offset, size } of code.symbols) {
        assert.equal(offset, end);
        end = offset + size;
      }
      assert.equal(end, code.bytes.length);
      const names = new Set(code.symbols.map(({ name }) => name));
      assert.ok(names.has('execute_module') && names.has('loop'), strategy.name);
      const isWritten = ['write_module', 'pwrite_module', 'write_links'].some((name) => names.has(name));
      // Images are written in the setup, memfd_oop in another process, lazy_fault by its handler.
      const others = ['image_ro', 'image_publish', 'memfd_oop', 'lazy_fault'];
      assert.ok(isWritten || others.includes(strategy.name), strategy.name);
    }
  });

  test(`${architecture}: pages of 16 and 64 KiB are not taken for 4 KiB`, () => {
    const rwx = catalogue.find(({ name }) => name === 'rwx');
    assert.ok(rwx);
    const code = (pageSize: number) =>
      compileLoop(programOf(rwx, { pages: 2, pageSize }), retContent(architecture), target).bytes;
    assert.notDeepEqual(code(4096), code(16384));
    assert.notDeepEqual(code(16384), code(65536));
  });
}

test('an empty iteration is two instructions', () => {
  const { symbols } = compileLoop(
    buildProgram('empty', module, () => {}),
    retContent('x64'),
    x64,
  );
  assert.deepEqual(
    symbols.map(({ name }) => name),
    ['loop', 'loop'],
  );
});

test('an address in loaded code has the name of its step, any other none', () =>
  withStub(async (target) => {
    const program = buildProgram('named', module, ({ iterate }) =>
      iterate.close(iterate.memfdCreate('a', 0)),
    );
    const code = await NativeCode.load(target, { program, content: retContent(), layout: 'kernel' });
    const { symbols } = compileLoop(program, retContent(), target);
    for (const { name, offset, size } of symbols)
      for (const at of [offset, offset + size - 1]) assert.equal(code.symbolAt(code.address + at), name);
    const end = symbols.reduce((sum, { size }) => sum + size, 0);
    assert.deepEqual(
      [code.symbolAt(code.address - 1), code.symbolAt(code.address + end)],
      [undefined, undefined],
    );
  }));

test('a string is put behind the code', () => {
  const program = buildProgram('named', module, ({ iterate }) =>
    iterate.close(iterate.memfdCreate('a name', 0)),
  );
  const { bytes, symbols } = compileLoop(program, retContent('x64'), x64);
  assert.ok(Buffer.from(bytes).toString('latin1').endsWith('a name\0'));
  assert.equal(
    symbols.reduce((sum, { size }) => sum + size, 0),
    bytes.length,
  );
});
