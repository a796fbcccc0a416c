import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Arm64Assembler,
  at,
  postIndex,
  preIndex,
  type Register,
} from '../../src/assembler/arm64/assembler.ts';
import { arm64, type Row, testAgainst } from './gnu-assembler.ts';

type Arm64Row = Row<Arm64Assembler>;

const numbered = Array.from({ length: 31 }, (_, i) => `x${i}` as Register);
const withZero: Register[] = [...numbered, 'xzr'];
const withStack: Register[] = [...numbered, 'sp'];
const w = (register: Register) => register.replace('x', 'w');

/** Every register beside every other. */
const pairs = withZero.flatMap((left) => withZero.map((right) => [left, right] as const));
/** Every pair, with a third register that takes its turn. */
const triples = pairs.map(([left, right], i) => [left, right, withZero[(i * 5) % 32] ?? 'x0'] as const);
const bases = withStack.map((base, i) => [withZero[(i * 7 + 3) % 32] ?? 'x0', base] as const);

const immediates12 = [0, 1, 8, 4095, 4096, 8192, 0xfff000];
const sums = ['add', 'adds', 'sub', 'subs'] as const;
const comparisons = ['cmp', 'cmn'] as const;

function sumRows(name: (typeof sums)[number]): Arm64Row[] {
  const setsFlags = name.endsWith('s');
  const destinations = setsFlags ? withZero : withStack;
  return [
    ...triples.map(
      ([dst, left, right]): Arm64Row => [
        `${name} ${dst}, ${left}, ${right}`,
        (a) => a[name](dst, left, right),
      ],
    ),
    ...destinations.flatMap((dst, i) => {
      const left = withStack[(i * 7 + 1) % 32] ?? 'x0';
      return immediates12.map(
        (value): Arm64Row => [`${name} ${dst}, ${left}, #${value}`, (a) => a[name](dst, left, value)],
      );
    }),
    ...withZero.map((right): Arm64Row => [`${name} x3, sp, ${right}`, (a) => a[name]('x3', 'sp', right)]),
    ...(setsFlags ? [] : withZero).flatMap((right): Arm64Row[] => [
      [`${name} sp, x4, ${right}`, (a) => a[name]('sp', 'x4', right)],
      [`${name} sp, sp, ${right}`, (a) => a[name]('sp', 'sp', right)],
    ]),
  ];
}

const threeRegisters = ['and', 'orr', 'eor', 'ands', 'lslv', 'bic', 'mul'] as const;
const wideMoves = ['movz', 'movk', 'movn'] as const;
const shifts = [0, 16, 32, 48] as const;
const accesses = [
  ['ldr', 8, (register: Register): string => register],
  ['str', 8, (register: Register): string => register],
  ['ldrw', 4, w],
  ['strw', 4, w],
  ['strb', 1, w],
] as const;
const pairOffsets = [0, 8, 16, -8, -16, 504, -512];
const bits = [0, 1, 7, 31, 32, 62, 63];

const fixed = { ret: 'ret', nop: 'nop', isb: 'isb', bti_c: 'bti c', dsb_ish: 'dsb ish' };
const withOneRegister = { br: 'br', blr: 'blr', dc_cvau: 'dc cvau,', ic_ivau: 'ic ivau,' };
const keys = <Key extends string>(table: Record<Key, string>) => Object.keys(table) as Key[];

testAgainst(arm64, () => new Arm64Assembler(), {
  mov: [
    ...pairs.map(([dst, src]): Arm64Row => [`mov ${dst}, ${src}`, (a) => a.mov(dst, src)]),
    ...withStack.flatMap((register): Arm64Row[] => [
      [`mov sp, ${register}`, (a) => a.mov('sp', register)],
      [`mov ${register}, sp`, (a) => a.mov(register, 'sp')],
    ]),
  ],
  'movz, movk and movn': wideMoves.flatMap((name) =>
    withZero.flatMap((dst) =>
      shifts.flatMap((shift) =>
        [0, 1, 0x1234, 0xffff].map(
          (value): Arm64Row => [
            `${name} ${dst}, #${value}, lsl #${shift}`,
            (a) => a[name](dst, value, shift),
          ],
        ),
      ),
    ),
  ),
  movImmediate: [
    ['movz x1, #0', (a) => a.movImmediate('x1', 0)],
    ['movz x1, #0xffff', (a) => a.movImmediate('x1', 0xffff)],
    ['movz x1, #1, lsl #16', (a) => a.movImmediate('x1', 0x10000)],
    ['movz x1, #0x5678; movk x1, #0x1234, lsl #16', (a) => a.movImmediate('x1', 0x12345678)],
    ['movz x1, #0xffff; movk x1, #0xffff, lsl #16', (a) => a.movImmediate('x1', 0xffffffff)],
    ['movz x1, #1; movk x1, #0x8000, lsl #48', (a) => a.movImmediate('x1', 0x8000_0000_0000_0001n)],
    ['movn x1, #0', (a) => a.movImmediate('x1', -1)],
    ['movn x1, #0', (a) => a.movImmediate('x1', 2n ** 64n - 1n)],
    ['movn x1, #1', (a) => a.movImmediate('x1', -2)],
    ['movn x1, #0xffff', (a) => a.movImmediate('x1', -0x10000)],
    ['movn x1, #0xedcb, lsl #32', (a) => a.movImmediate('x1', 0xffff_1234_ffff_ffffn)],
    ['movn x1, #0xfffe; movk x1, #2, lsl #48', (a) => a.movImmediate('x1', 0x0002_ffff_ffff_0001n)],
    [
      'movz x30, #0xdef0; movk x30, #0x9abc, lsl #16; movk x30, #0x5678, lsl #32; movk x30, #0x1234, lsl #48',
      (a) => a.movImmediate('x30', 0x123456789abcdef0n),
    ],
  ],
  ...Object.fromEntries(sums.map((name) => [name, sumRows(name)])),
  'cmp and cmn': comparisons.flatMap((name) => [
    ...pairs.map(([left, right]): Arm64Row => [`${name} ${left}, ${right}`, (a) => a[name](left, right)]),
    ...withZero.map((right): Arm64Row => [`${name} sp, ${right}`, (a) => a[name]('sp', right)]),
    ...withStack.flatMap((left) =>
      immediates12.map((value): Arm64Row => [`${name} ${left}, #${value}`, (a) => a[name](left, value)]),
    ),
  ]),
  neg: pairs.map(([dst, src]) => [`neg ${dst}, ${src}`, (a) => a.neg(dst, src)]),
  'and, orr, eor, ands, lslv, bic and mul': threeRegisters.flatMap((name) =>
    triples.map(
      ([dst, left, right]): Arm64Row => [
        `${name} ${dst}, ${left}, ${right}`,
        (a) => a[name](dst, left, right),
      ],
    ),
  ),
  'lsl and lsr': (['lsl', 'lsr'] as const).flatMap((name) =>
    pairs.map(([dst, src], i): Arm64Row => {
      const shift = i % 64;
      return [`${name} ${dst}, ${src}, #${shift}`, (a) => a[name](dst, src, shift)];
    }),
  ),
  ubfx: bits.flatMap((lsb) =>
    bits
      .filter((last) => last >= lsb)
      .flatMap((last) =>
        withZero.map((dst, i): Arm64Row => {
          const src = withZero[(i * 11) % 32] ?? 'x0';
          const width = last - lsb + 1;
          return [`ubfx ${dst}, ${src}, #${lsb}, #${width}`, (a) => a.ubfx(dst, src, lsb, width)];
        }),
      ),
  ),
  'ldr, str, ldrw, strw and strb': accesses.flatMap(([name, unit, text]) =>
    bases.flatMap(([register, base]) =>
      [0, 1, 2, 16, 4095].map((units): Arm64Row => {
        const offset = units * unit;
        const mnemonic = name.replace('w', '');
        return [
          `${mnemonic} ${text(register)}, [${base}, #${offset}]`,
          (a) => a[name](register, at(base, offset)),
        ];
      }),
    ),
  ),
  'stp and ldp': (['stp', 'ldp'] as const).flatMap((name) =>
    withStack.flatMap((base, i) => {
      // Three different registers: to load one twice, or one that also moves, is not defined.
      const first = withZero[(i + 7) % 32] ?? 'x0';
      const second = withZero[(i + 12) % 32] ?? 'x0';
      return pairOffsets.flatMap((offset): Arm64Row[] => [
        [
          `${name} ${first}, ${second}, [${base}, #${offset}]`,
          (a) => a[name](first, second, at(base, offset)),
        ],
        [
          `${name} ${first}, ${second}, [${base}, #${offset}]!`,
          (a) => a[name](first, second, preIndex(base, offset)),
        ],
        [
          `${name} ${first}, ${second}, [${base}], #${offset}`,
          (a) => a[name](first, second, postIndex(base, offset)),
        ],
      ]);
    }),
  ),
  'br, blr and cache maintenance': keys(withOneRegister).flatMap((name) =>
    withZero.map((register): Arm64Row => [`${withOneRegister[name]} ${register}`, (a) => a[name](register)]),
  ),
  mrs: (['ctr_el0', 'cntvct_el0'] as const).flatMap((source) =>
    withZero.map((dst): Arm64Row => [`mrs ${dst}, ${source}`, (a) => a.mrs(dst, source)]),
  ),
  // POR_EL0, which older assemblers know by its number only.
  'mrs and msr of por_el0': withZero.flatMap((register): Arm64Row[] => [
    [`mrs ${register}, s3_3_c10_c2_4`, (a) => a.mrs(register, 'por_el0')],
    [`msr s3_3_c10_c2_4, ${register}`, (a) => a.msr('por_el0', register)],
  ]),
  'svc and brk': (['svc', 'brk'] as const).flatMap((name) =>
    [0, 1, 0x1234, 0xffff].map((value): Arm64Row => [`${name} #${value}`, (a) => a[name](value)]),
  ),
  'instructions without operands': keys(fixed).map((name): Arm64Row => [fixed[name], (a) => a[name]()]),
  align: [0, 1, 2, 3, 4].map((filled): Arm64Row => {
    const nops = Array(-filled & 3).fill('nop');
    return [
      [...Array(filled).fill('ret'), ...nops].join('; '),
      (a) => {
        for (let i = 0; i < filled; i++) a.ret();
        a.align(16);
      },
    ];
  }),
});

/** What a sequence of movz, movn and movk leaves in the register. */
function valueAfter(code: Uint8Array): bigint {
  const view = new DataView(code.buffer);
  let value = 0n;
  for (let offset = 0; offset < code.length; offset += 4) {
    const word = view.getUint32(offset, true);
    const shift = BigInt(((word >>> 21) & 3) * 16);
    const part = BigInt((word >>> 5) & 0xffff) << shift;
    const kind = (word >>> 23) & 0xff;
    if (kind === 0xa5) value = part;
    else if (kind === 0x25) value = ~part;
    else value = (value & ~(0xffffn << shift)) | part;
  }
  return BigInt.asUintN(64, value);
}

test('movImmediate gives the value in as few instructions as possible', () => {
  const parts = [0n, 1n, 0x8000n, 0xfffen, 0xffffn];
  for (const a of parts)
    for (const b of parts)
      for (const c of parts)
        for (const d of parts) {
          const value = (a << 48n) | (b << 32n) | (c << 16n) | d;
          const assembler = new Arm64Assembler();
          assembler.movImmediate('x9', BigInt.asIntN(64, value));
          const code = assembler.finish();
          const others = (part: bigint) => [a, b, c, d].filter((other) => other !== part).length;
          assert.equal(valueAfter(code), value);
          assert.equal(code.length / 4, Math.max(1, Math.min(others(0n), others(0xffffn))));
        }
});
