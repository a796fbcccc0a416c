import { Label } from '../code-buffer.ts';
import { asData, type TextOf } from '../text.ts';
import type { Address, PairAddress, Register } from './encoder.ts';

/** Directives that AArch64 text needs. */
export const arm64Header = '.arch armv8.5-a';

type Operand = Register | Address | PairAddress | Label | number;

/** Methods whose names are not the mnemonic. */
const mnemonics: Readonly<Record<string, string>> = {
  strw: 'str',
  ldrw: 'ldr',
  ldrLiteral: 'ldr',
  dc_cvau: 'dc cvau,',
  ic_ivau: 'ic ivau,',
  dsb_ish: 'dsb ish',
  bti_c: 'bti c',
};

/** Methods whose first operand is the low half of a register. */
const narrow = ['strw', 'ldrw', 'strb'];

/** What GNU as knows only from releases of the last years on. */
const systemRegisters: Readonly<Record<string, string>> = { por_el0: 's3_3_c10_c2_4' };

/** AArch64 instructions. */
export const arm64Text: TextOf = ({ method, operands, bytes }, nameOf) => {
  const given = operands as readonly Operand[];
  const address = given.find(isAddress);
  const remark = address && { memory: { base: address.base, displacement: address.offset } };
  if (method === 'emitBytes') return [{ text: asData(bytes) }];
  if (method === 'align') return [{ text: `.balign ${String(given[0])}` }];
  if (method === 'movImmediate') return words(bytes).map((word) => ({ text: moveOf(word) }));
  if (/^mov[nzk]$/.test(method)) {
    const [register, immediate, shift = 0] = given;
    return [{ text: `${method} ${register}, #${immediate}${shift === 0 ? '' : `, lsl #${shift}`}` }];
  }
  const text = given.map((each, index): string => {
    if (each instanceof Label) return nameOf(each);
    if (isAddress(each)) return inMemory(each);
    if (typeof each === 'number') return `#${each}`;
    if (index === 0 && narrow.includes(method)) return each === 'xzr' ? 'wzr' : each.replace('x', 'w');
    return systemRegisters[each] ?? each;
  });
  return [{ text: `${mnemonicOf(method)} ${text.join(', ')}`.trim(), ...remark }];
};

function mnemonicOf(method: string): string {
  const condition = /^b(eq|ne|hs|lo|hi|ls|ge|lt|gt|le)$/.exec(method)?.[1];
  return condition === undefined ? (mnemonics[method] ?? method) : `b.${condition}`;
}

function isAddress(operand: Operand): operand is Address | PairAddress {
  return typeof operand === 'object' && !(operand instanceof Label);
}

function inMemory({ base, offset, writeback }: Address | PairAddress): string {
  if (writeback === 'after') return `[${base}], #${offset}`;
  const inside = offset === 0 && writeback === undefined ? `[${base}]` : `[${base}, #${offset}]`;
  return writeback === 'before' ? `${inside}!` : inside;
}

function words(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(index * 4, true));
}

/**
 * `movn`, `movz` or `movk` of 64 bits, from its word: opc in bits 29 to 30, hw in 21 to 22, imm16 from bit 5
 * on.
 */
function moveOf(word: number): string {
  const name = ['movn', '', 'movz', 'movk'][(word >>> 29) & 3];
  const shift = ((word >>> 21) & 3) * 16;
  return `${name} x${word & 31}, #${(word >>> 5) & 0xffff}${shift === 0 ? '' : `, lsl #${shift}`}`;
}
