import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Register64, X64Assembler } from '../../src/assembler/x64/assembler.ts';
import { assemble, hex, x64 } from './gnu-assembler.ts';

const conditions = ['je', 'jne', 'ja', 'jae', 'jb', 'jbe', 'js', 'jns', 'jg', 'jl', 'jge', 'jle'] as const;
const named: Register64[] = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi'];
const numbered: Register64[] = ['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'];
const registers = [...named, ...numbered];

// Below 128 bytes GNU as would take the short form, which we never do.
for (const distance of [0, 1, 100, 5000]) {
  test(`labels before and behind, ${distance} bytes away`, { skip: x64.isLacking }, () => {
    const gap = `.fill ${distance}, 1, 0x90`;
    const jumps = ['jmp', ...conditions].map((name) => `{disp32} ${name}`);
    const uses = (label: string) =>
      [...jumps, 'call'].map((name) => `${name} ${label}`).join('\n') +
      `\n${registers.map((register) => `lea ${register}, [rip + ${label}]`).join('\n')}`;
    const expected = assemble(x64, ['start:', gap, uses('start'), uses('end'), gap, 'end:'].join('\n'));

    const a = new X64Assembler();
    const [start, end] = [a.label(), a.label()];
    a.bind(start);
    for (let i = 0; i < distance; i++) a.nop();
    for (const label of [start, end]) {
      for (const name of ['jmp', ...conditions, 'call'] as const) a[name](label);
      for (const register of registers) a.lea(register, label);
    }
    for (let i = 0; i < distance; i++) a.nop();
    a.bind(end);
    assert.equal(hex(a.finish()), hex(expected));
  });
}

test('a label that is used must be bound', () => {
  const a = new X64Assembler();
  a.jmp(a.label());
  assert.throws(() => a.finish(), { message: 'label used but never bound' });
});
