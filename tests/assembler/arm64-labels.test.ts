import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arm64Assembler, type Register } from '../../src/assembler/arm64/assembler.ts';
import type { Label } from '../../src/assembler/code-buffer.ts';
import { arm64, assemble, hex } from './gnu-assembler.ts';

const registers: Register[] = [...Array.from({ length: 31 }, (_, i) => `x${i}` as Register), 'xzr'];
const branches = ['b', 'bl'] as const;
const conditions = ['beq', 'bne', 'bhs', 'blo', 'bhi', 'bls', 'bge', 'blt', 'bgt', 'ble'] as const;
const registerBranches = ['cbz', 'cbnz', 'adr', 'ldrLiteral'] as const;
/** Bits of both halves of a register. */
const tested = [0, 28, 31, 32, 63];
const mnemonic = (name: (typeof registerBranches)[number]) => (name === 'ldrLiteral' ? 'ldr' : name);

for (const distance of [0, 1, 1000]) {
  test(`labels before and behind, ${distance} instructions away`, { skip: arm64.isLacking }, () => {
    const gap = `.rept ${distance}\nnop\n.endr`;
    const uses = (label: string) => [
      ...branches.map((name) => `${name} ${label}`),
      ...conditions.map((name) => `b.${name.slice(1)} ${label}`),
      ...registerBranches.flatMap((name) =>
        registers.map((register) => `${mnemonic(name)} ${register}, ${label}`),
      ),
      ...tested.flatMap((bit) => registers.map((register) => `tbnz ${register}, #${bit}, ${label}`)),
    ];
    const source = ['start:', gap, ...uses('start'), ...uses('end'), gap, 'end:'];

    const a = new Arm64Assembler();
    const [start, end] = [a.label(), a.label()];
    a.bind(start);
    for (let i = 0; i < distance; i++) a.nop();
    for (const label of [start, end]) {
      for (const name of [...branches, ...conditions]) a[name](label);
      for (const name of registerBranches) for (const register of registers) a[name](register, label);
      for (const bit of tested) for (const register of registers) a.tbnz(register, bit, label);
    }
    for (let i = 0; i < distance; i++) a.nop();
    a.bind(end);
    assert.equal(hex(a.finish()), hex(assemble(arm64, source.join('\n'))));
  });
}

test('adr counts bytes, so data of any length can follow code', { skip: arm64.isLacking }, () => {
  const source = [
    'start: .byte 1, 2, 3',
    'middle: .byte 4',
    ...['start', 'middle', 'end'].map((l) => `adr x0, ${l}`),
  ];
  const a = new Arm64Assembler();
  const [start, middle, end] = [a.label(), a.label(), a.label()];
  a.bind(start);
  a.emitBytes([1, 2, 3]);
  a.bind(middle);
  a.emit8(4);
  for (const label of [start, middle, end]) a.adr('x0', label);
  a.emit8(5);
  a.bind(end);
  assert.equal(hex(a.finish()), hex(assemble(arm64, [...source, '.byte 5', 'end:'].join('\n'))));
});

const MEBIBYTE = 2 ** 20;
const reaches: [name: string, reach: number, write: (a: Arm64Assembler, label: Label) => void][] = [
  ['b.ne', MEBIBYTE, (a, label) => a.bne(label)],
  ['cbz', MEBIBYTE, (a, label) => a.cbz('x0', label)],
  ['adr', MEBIBYTE, (a, label) => a.adr('x0', label)],
  ['tbnz', MEBIBYTE / 32, (a, label) => a.tbnz('x0', 28, label)],
];

for (const [name, reach, write] of reaches) {
  test(`${name} reaches ${reach / 1024} KiB`, () => {
    const nops = (a: Arm64Assembler, bytes: number) => {
      for (let i = 0; i < bytes; i += 4) a.nop();
    };
    const backward = (bytes: number) => {
      const a = new Arm64Assembler();
      const label = a.label();
      a.bind(label);
      nops(a, bytes);
      write(a, label);
      return a.finish();
    };
    const forward = (bytes: number) => {
      const a = new Arm64Assembler();
      const label = a.label();
      write(a, label);
      nops(a, bytes - 4);
      a.bind(label);
      return a.finish();
    };
    const tooFar = { name: 'RangeError', message: new RegExp(`^${name}: `) };
    backward(reach);
    forward(reach - 4);
    assert.throws(() => backward(reach + 4), tooFar);
    assert.throws(() => forward(reach), tooFar);
  });
}

test('a branch to where no instruction can be is refused', () => {
  const a = new Arm64Assembler();
  const label = a.label();
  a.b(label);
  a.emit8(0);
  a.bind(label);
  assert.throws(() => a.finish(), { name: 'RangeError', message: 'b: 5 is not a multiple of 4' });
});

test('a label that is used must be bound', () => {
  const a = new Arm64Assembler();
  a.cbz('x0', a.label());
  assert.throws(() => a.finish(), { message: 'label used but never bound' });
});
