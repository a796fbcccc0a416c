import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildProgram } from '../../src/program/builder.ts';
import { compileLoop, perfMap } from '../../src/program/native/compile.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { retContent } from '../support/content.ts';

const module = { pages: 4, pageSize: 4096 };

for (const architecture of ['x64', 'arm64'] as const) {
  test(`${architecture}: symbols cover the code without gaps and name the article's functions`, () => {
    for (const strategy of catalogue) {
      const code = compileLoop(programOf(strategy, module), retContent(architecture), architecture);
      let end = 0;
      for (const { offset, size } of code.symbols) {
        assert.equal(offset, end);
        end = offset + size;
      }
      assert.equal(end, code.bytes.length);
      const names = new Set(code.symbols.map(({ name }) => name));
      assert.ok(names.has('execute_module') && names.has('loop'), strategy.name);
      const isWritten = names.has('write_module') || names.has('pwrite_module');
      // image_ro writes in its setup, memfd_oop in another process.
      assert.ok(isWritten || ['image_ro', 'memfd_oop'].includes(strategy.name), strategy.name);
    }
  });

  test(`${architecture}: pages of 16 and 64 KiB are not taken for 4 KiB`, () => {
    const rwx = catalogue.find(({ name }) => name === 'rwx');
    assert.ok(rwx);
    const code = (pageSize: number) =>
      compileLoop(programOf(rwx, { pages: 2, pageSize }), retContent(architecture), architecture).bytes;
    assert.notDeepEqual(code(4096), code(16384));
    assert.notDeepEqual(code(16384), code(65536));
  });
}

test('an empty iteration is two instructions', () => {
  const { symbols } = compileLoop(
    buildProgram('empty', module, () => {}),
    retContent('x64'),
    'x64',
  );
  assert.deepEqual(
    symbols.map(({ name }) => name),
    ['loop', 'loop'],
  );
});

test('the map for perf has address, size and name of each range', () => {
  const code = { bytes: new Uint8Array(0x30), symbols: [{ name: 'mmap', offset: 0x10, size: 0x20 }] };
  assert.equal(perfMap(code, 0x7f00), '7f10 20 mmap\n');
});

test('a string is put behind the code', () => {
  const program = buildProgram('named', module, ({ iterate }) =>
    iterate.close(iterate.memfdCreate('a name', 0)),
  );
  const { bytes, symbols } = compileLoop(program, retContent('x64'), 'x64');
  assert.ok(Buffer.from(bytes).toString('latin1').endsWith('a name\0'));
  assert.equal(
    symbols.reduce((sum, { size }) => sum + size, 0),
    bytes.length,
  );
});
