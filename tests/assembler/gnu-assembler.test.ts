import assert from 'node:assert/strict';
import { test } from 'node:test';
import { X64Assembler } from '../../src/assembler/x64/assembler.ts';
import { compare, type Row, x64 } from './gnu-assembler.ts';

test('a difference shows the text and both encodings', () => {
  const rows: Row<X64Assembler>[] = [
    ['ret', (a) => a.ret()],
    ['nop', (a) => a.int3()],
  ];
  const expected = [Uint8Array.of(0xc3), Uint8Array.of(0x90)];
  assert.throws(() => compare(x64, () => new X64Assembler(), rows, expected), {
    message: 'nop: we emit cc, x86_64-linux-gnu-as emits 90',
  });
});
