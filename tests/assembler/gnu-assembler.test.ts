import assert from 'node:assert/strict';
import { test } from 'node:test';
import { X64Assembler } from '../../src/assembler/x64.ts';
import { assemble, compare, type Row, type Toolchain } from './gnu-assembler.ts';

const missing: Toolchain = {
  prefix: 'no-such-machine-',
  debianPackage: 'binutils-no-such-machine',
  header: '',
};

test('a missing assembler fails with the package to install', () => {
  assert.throws(() => assemble(missing, 'nop'), {
    name: 'AssertionError',
    message: 'Cannot run no-such-machine-as: install the Debian package binutils-no-such-machine.',
  });
});

test('a difference shows the text and both encodings', () => {
  const rows: Row<X64Assembler>[] = [
    ['ret', (a) => a.ret()],
    ['nop', (a) => a.int3()],
  ];
  const expected = [Uint8Array.of(0xc3), Uint8Array.of(0x90)];
  assert.throws(() => compare(missing, () => new X64Assembler(), rows, expected), {
    message: 'nop: we emit cc, no-such-machine-as emits 90',
  });
});
