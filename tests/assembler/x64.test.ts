import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  at,
  indexed,
  type Memory,
  type Register64,
  X64Assembler,
} from '../../src/assembler/x64/assembler.ts';
import { hex, type Row, testAgainst, x64 } from './gnu-assembler.ts';

type X64Row = Row<X64Assembler>;

/** What the low 32 and 8 bits of each register are called. */
const lowParts: Record<Register64, [bits32: string, bits8: string]> = {
  rax: ['eax', 'al'],
  rcx: ['ecx', 'cl'],
  rdx: ['edx', 'dl'],
  rbx: ['ebx', 'bl'],
  rsp: ['esp', 'spl'],
  rbp: ['ebp', 'bpl'],
  rsi: ['esi', 'sil'],
  rdi: ['edi', 'dil'],
  r8: ['r8d', 'r8b'],
  r9: ['r9d', 'r9b'],
  r10: ['r10d', 'r10b'],
  r11: ['r11d', 'r11b'],
  r12: ['r12d', 'r12b'],
  r13: ['r13d', 'r13b'],
  r14: ['r14d', 'r14b'],
  r15: ['r15d', 'r15b'],
};
const dword = (register: Register64) => lowParts[register][0];
const low = (register: Register64) => lowParts[register][1];
const registers = Object.keys(lowParts) as Register64[];
const pairs = registers.flatMap((left) => registers.map((right) => [left, right] as const));

const displacements = [0, 8, 127, 128, -1, -128, -129, 4096, 2 ** 31 - 1, -(2 ** 31)];
const memories: [text: string, operand: Memory][] = [
  ...registers.flatMap((base) =>
    displacements.map((d): [string, Memory] => [`[${base} + ${d}]`, at(base, d)]),
  ),
  ...pairs
    .filter(([, index]) => index !== 'rsp')
    .flatMap(([base, index]) =>
      [0, 8, 4096].map((d): [string, Memory] => [`[${base} + ${index}*1 + ${d}]`, indexed(base, index, d)]),
    ),
];
/** Each memory operand with one register, so that every register has its turn. */
const accesses = memories.map(([text, memory], i) => {
  const register = registers[(i * 7) % 16] ?? 'rax';
  return { text, memory, register };
});
const immediates32 = [0, 1, 8, 127, 128, 255, 256, 65535, -1, -128, -129, 2 ** 31 - 1, -(2 ** 31)];

const arithmetic = ['add', 'or', 'and', 'sub', 'xor', 'cmp'] as const;

function arithmeticRows(name: (typeof arithmetic)[number]): X64Row[] {
  return [
    ...pairs.map(([dst, src]): X64Row => [`${name} ${dst}, ${src}`, (a) => a[name](dst, src)]),
    ...registers.flatMap((dst) =>
      immediates32.map((value): X64Row => [`${name} ${dst}, ${value}`, (a) => a[name](dst, value)]),
    ),
    ...accesses.flatMap(({ text, memory, register }, i): X64Row[] => {
      const value = immediates32[i % immediates32.length] ?? 0;
      return [
        [`${name} ${register}, qword ptr ${text}`, (a) => a[name](register, memory)],
        [`${name} qword ptr ${text}, ${register}`, (a) => a[name](memory, register)],
        [`${name} qword ptr ${text}, ${value}`, (a) => a[name](memory, value)],
      ];
    }),
  ];
}

const moves32: number[] = [0, 1, 127, 128, 255, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
const movesNegative: number[] = [-1, -128, -129, -(2 ** 31)];
const moves64: (number | bigint)[] = [
  ...[2 ** 32, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, -(2 ** 31) - 1],
  ...[2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), 0x123456789abcdef0n],
];

const fences = ['rdtsc', 'rdtscp', 'lfence', 'mfence', 'sfence', 'cpuid', 'rdpkru', 'wrpkru'] as const;
const fixed = [...fences, 'ret', 'syscall', 'endbr64', 'int3', 'nop'] as const;

testAgainst(x64, () => new X64Assembler(), {
  'mov between registers': pairs.map(([dst, src]) => [`mov ${dst}, ${src}`, (a) => a.mov(dst, src)]),
  'mov of immediates': registers.flatMap((dst): X64Row[] => [
    ...moves32.map((value): X64Row => [`mov ${dword(dst)}, ${value}`, (a) => a.mov(dst, value)]),
    ...movesNegative.map((value): X64Row => [`mov ${dst}, ${value}`, (a) => a.mov(dst, value)]),
    ...moves64.map((value): X64Row => [`movabs ${dst}, ${value}`, (a) => a.mov(dst, value)]),
    // The same bits as -16, written without a sign.
    [`mov ${dst}, -16`, (a) => a.mov(dst, 0xffff_ffff_ffff_fff0n)],
    [`mov ${dword(dst)}, 7`, (a) => a.mov(dst, 7n)],
  ]),
  'mov and lea with memory': accesses.flatMap(({ text, memory, register }): X64Row[] => [
    [`mov ${register}, qword ptr ${text}`, (a) => a.mov(register, memory)],
    [`mov qword ptr ${text}, ${register}`, (a) => a.mov(memory, register)],
    [`lea ${register}, ${text}`, (a) => a.lea(register, memory)],
  ]),
  mov32: [
    ...pairs.map(([dst, src]): X64Row => [`mov ${dword(dst)}, ${dword(src)}`, (a) => a.mov32(dst, src)]),
    ...registers.flatMap((dst) =>
      [...moves32, ...movesNegative].map(
        (value): X64Row => [`mov ${dword(dst)}, ${value}`, (a) => a.mov32(dst, value)],
      ),
    ),
    ...accesses.flatMap(({ text, memory, register }): X64Row[] => [
      [`mov ${dword(register)}, dword ptr ${text}`, (a) => a.mov32(register, memory)],
      [`mov dword ptr ${text}, ${dword(register)}`, (a) => a.mov32(memory, register)],
    ]),
  ],
  mov8: [
    ...pairs.map(
      ([base, src]): X64Row => [`mov byte ptr [${base}], ${low(src)}`, (a) => a.mov8(at(base), src)],
    ),
    ...accesses.flatMap(({ text, memory, register }): X64Row[] => [
      [`mov byte ptr ${text}, ${low(register)}`, (a) => a.mov8(memory, register)],
      [`mov byte ptr ${text}, 127`, (a) => a.mov8(memory, 127)],
    ]),
    ...[0, 1, 128, 255, -1, -128].map(
      (value): X64Row => [`mov byte ptr [rax], ${value}`, (a) => a.mov8(at('rax'), value)],
    ),
  ],
  ...Object.fromEntries(arithmetic.map((name) => [name, arithmeticRows(name)])),
  'clflush and clwb': (['clflush', 'clwb'] as const).flatMap((name) =>
    memories.map(([text, memory]): X64Row => [`${name} ${text}`, (a) => a[name](memory)]),
  ),
  'xor32, test and imul': pairs.flatMap(([dst, src]): X64Row[] => [
    [`xor ${dword(dst)}, ${dword(src)}`, (a) => a.xor32(dst, src)],
    [`test ${dst}, ${src}`, (a) => a.test(dst, src)],
    [`imul ${dst}, ${src}`, (a) => a.imul(dst, src)],
  ]),
  'shl by cl': registers.map((register) => [`shl ${register}, cl`, (a) => a.shl_cl(register)]),
  'inc, dec, neg and not': (['inc', 'dec', 'neg', 'not'] as const).flatMap((name) => [
    ...registers.map((register): X64Row => [`${name} ${register}`, (a) => a[name](register)]),
    ...memories.map(([text, memory]): X64Row => [`${name} qword ptr ${text}`, (a) => a[name](memory)]),
  ]),
  'shl and shr': (['shl', 'shr'] as const).flatMap((name) =>
    registers.flatMap((register) =>
      [0, 1, 2, 31, 32, 63].map(
        (count): X64Row => [`${name} ${register}, ${count}`, (a) => a[name](register, count)],
      ),
    ),
  ),
  'push, pop, call and jmp with a register': (['push', 'pop', 'call', 'jmp'] as const).flatMap((name) =>
    registers.map((register): X64Row => [`${name} ${register}`, (a) => a[name](register)]),
  ),
  'instructions without operands': fixed.map((name): X64Row => [name, (a) => a[name]()]),
  'nops of every length': [
    'nop',
    'xchg ax, ax',
    'nop dword ptr [rax]',
    '{disp8} nop dword ptr [rax]',
    '{disp8} nop dword ptr [rax + rax*1]',
    '{disp8} nop word ptr [rax + rax*1]',
    '{disp32} nop dword ptr [rax]',
    '{disp32} nop dword ptr [rax + rax*1]',
    '{disp32} nop word ptr [rax + rax*1]',
  ].map((text, i): X64Row => {
    const filled = 15 - i;
    const ints = Array(filled).fill('int3').join('; ');
    return [`${ints}; ${text}`, (a) => fillWith(a, filled, 16)];
  }),
});

/** `count` bytes of int3, then the padding to a boundary. */
function fillWith(a: X64Assembler, count: number, boundary: number): void {
  for (let i = 0; i < count; i++) a.int3();
  a.align(boundary);
}

test('align pads up to the boundary with whole nops', () => {
  for (const boundary of [1, 2, 4, 16, 64]) {
    for (let filled = 0; filled <= 64; filled++) {
      const a = new X64Assembler();
      fillWith(a, filled, boundary);
      assert.equal(a.length, Math.ceil(filled / boundary) * boundary);
    }
  }
  const a = new X64Assembler();
  fillWith(a, 1, 32);
  assert.equal(hex(a.finish()), `cc${'660f1f840000000000'.repeat(3)}0f1f4000`);
});
