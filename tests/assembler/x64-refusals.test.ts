import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, indexed, X64Assembler } from '../../src/assembler/x64/assembler.ts';

const arithmetic = ['add', 'or', 'and', 'sub', 'xor', 'cmp'] as const;

const refused: [name: string, write: (a: X64Assembler) => void][] = [
  ['mov', (a) => a.mov('rax', 2n ** 64n)],
  ['mov', (a) => a.mov('rax', -(2n ** 63n) - 1n)],
  ['mov', (a) => a.mov('rax', 2 ** 60)],
  ['mov', (a) => a.mov('rax', 0.5)],
  ['mov', (a) => a.mov('rax', at('rbx', 2 ** 31))],
  ['mov', (a) => a.mov(indexed('rbx', 'rsp'), 'rax')],
  ['mov32', (a) => a.mov32('rax', 2 ** 32)],
  ['mov32', (a) => a.mov32('rax', -(2 ** 31) - 1)],
  ['mov8', (a) => a.mov8(at('rax'), 256)],
  ['mov8', (a) => a.mov8(at('rax'), -129)],
  ['lea', (a) => a.lea('rax', at('rax', -(2 ** 31) - 1))],
  ...arithmetic.flatMap((name): [string, (a: X64Assembler) => void][] => [
    [name, (a) => a[name]('rax', 2 ** 31)],
    [name, (a) => a[name](at('rax'), -(2 ** 31) - 1)],
    [name, (a) => a[name]('rcx', 1.5)],
    [name, (a) => a[name]('rcx', Number.NaN)],
  ]),
  ['shl', (a) => a.shl('rax', 64)],
  ['shr', (a) => a.shr('rax', -1)],
  ['align', (a) => a.align(24)],
  ['align', (a) => a.align(0)],
];

test('operands that do not fit are refused, and nothing is emitted', () => {
  for (const [name, write] of refused) {
    const a = new X64Assembler();
    assert.throws(() => write(a), { name: 'RangeError', message: new RegExp(`^${name}: `) });
    assert.equal(a.length, 0);
  }
});
