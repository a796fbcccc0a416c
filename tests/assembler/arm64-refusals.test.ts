import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arm64Assembler, at, postIndex, preIndex } from '../../src/assembler/arm64/assembler.ts';

const sums = ['add', 'adds', 'sub', 'subs'] as const;
const threeRegisters = ['and', 'orr', 'eor', 'ands', 'lslv'] as const;
const wideMoves = ['movz', 'movk', 'movn'] as const;
const accesses = [
  ['ldr', 8],
  ['str', 8],
  ['ldrw', 4],
  ['strw', 4],
  ['strb', 1],
] as const;

const refused: [name: string, write: (a: Arm64Assembler) => void][] = [
  ...sums.flatMap((name): [string, (a: Arm64Assembler) => void][] => [
    [name, (a) => a[name]('x0', 'x0', -1)],
    [name, (a) => a[name]('x0', 'x0', 4097)],
    [name, (a) => a[name]('x0', 'x0', 0x1000000)],
    [name, (a) => a[name]('x0', 'x0', 0.5)],
    [name, (a) => a[name]('x0', 'xzr', 1)],
    [name, (a) => a[name]('x0', 'x0', 'sp')],
  ]),
  ['add', (a) => a.add('xzr', 'x0', 1)],
  ['add', (a) => a.add('sp', 'xzr', 'x0')],
  ['subs', (a) => a.subs('sp', 'x0', 1)],
  ['subs', (a) => a.subs('sp', 'x0', 'x1')],
  ['cmp', (a) => a.cmp('x0', 4097)],
  ['cmn', (a) => a.cmn('x0', -1)],
  ['mov', (a) => a.mov('sp', 'xzr')],
  ['neg', (a) => a.neg('sp', 'x0')],
  ...threeRegisters.map((name): [string, (a: Arm64Assembler) => void] => [
    name,
    (a) => a[name]('sp', 'x0', 'x1'),
  ]),
  ...wideMoves.flatMap((name): [string, (a: Arm64Assembler) => void][] => [
    [name, (a) => a[name]('x0', 0x10000)],
    [name, (a) => a[name]('x0', -1)],
    [name, (a) => a[name]('x0', 1, 8 as 16)],
    [name, (a) => a[name]('x0', 1, 64 as 16)],
    [name, (a) => a[name]('sp', 1)],
  ]),
  ['movImmediate', (a) => a.movImmediate('x0', 2n ** 64n)],
  ['movImmediate', (a) => a.movImmediate('x0', -(2n ** 63n) - 1n)],
  ['movImmediate', (a) => a.movImmediate('x0', 2 ** 60)],
  ...accesses.flatMap(([name, unit]): [string, (a: Arm64Assembler) => void][] => [
    [name, (a) => a[name]('x0', at('x1', -unit))],
    [name, (a) => a[name]('x0', at('x1', 4096 * unit))],
    [name, (a) => a[name]('x0', at('x1', unit / 2))],
    [name, (a) => a[name]('x0', at('xzr'))],
    [name, (a) => a[name]('sp', at('x1'))],
  ]),
  ...(['stp', 'ldp'] as const).flatMap((name): [string, (a: Arm64Assembler) => void][] => [
    [name, (a) => a[name]('x0', 'x1', at('sp', 512))],
    [name, (a) => a[name]('x0', 'x1', at('sp', -520))],
    [name, (a) => a[name]('x0', 'x1', preIndex('sp', 12))],
    [name, (a) => a[name]('x0', 'sp', postIndex('sp', 16))],
  ]),
  ['lsl', (a) => a.lsl('x0', 'x0', 64)],
  ['lsr', (a) => a.lsr('x0', 'x0', -1)],
  ['ubfx', (a) => a.ubfx('x0', 'x0', 64, 1)],
  ['ubfx', (a) => a.ubfx('x0', 'x0', 32, 33)],
  ['ubfx', (a) => a.ubfx('x0', 'x0', 0, 0)],
  ['svc', (a) => a.svc(0x10000)],
  ['brk', (a) => a.brk(-1)],
  ['mrs', (a) => a.mrs('sp', 'ctr_el0')],
  ['blr', (a) => a.blr('sp')],
  ['align', (a) => a.align(24)],
];

test('operands that do not fit are refused, and nothing is emitted', () => {
  for (const [name, write] of refused) {
    const a = new Arm64Assembler();
    assert.throws(() => write(a), { name: 'RangeError', message: new RegExp(`^${name}: `) });
    assert.equal(a.length, 0);
  }
});
