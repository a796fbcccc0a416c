import { CodeBuffer, type Label } from '../code-buffer.ts';
import { signed } from '../ranges.ts';

const NAMED = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi'] as const;
const NUMBERED = ['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'] as const;
const REGISTERS = [...NAMED, ...NUMBERED] as const;

/** A general register. 32-bit and 8-bit instructions use its low part. */
export type Register64 = (typeof REGISTERS)[number];

/** The memory at `base + index + displacement`. */
export interface Memory {
  base: Register64;
  index?: Register64;
  displacement: number;
}

/** The memory at `base + displacement`. */
export const at = (base: Register64, displacement = 0): Memory => ({ base, displacement });

/** The memory at `base + index + displacement`. */
export const indexed = (base: Register64, index: Register64, displacement = 0): Memory => ({
  base,
  index,
  displacement,
});

const numbers = new Map<Register64, number>(REGISTERS.map((register, number) => [register, number]));

/** The number that stands for a register in an encoding, 0 to 15. */
export function numberOf(register: Register64): number {
  const number = numbers.get(register);
  if (number === undefined) throw new RangeError(`${register} is not a 64-bit register`);
  return number;
}

/** Vector registers that calls do not preserve and that need no prefix. */
export type VectorRegister = 'xmm0' | 'xmm1' | 'xmm2' | 'xmm3';

export function vectorNumber(register: VectorRegister): number {
  return Number(register.slice('xmm'.length));
}

/**
 * One way to encode an instruction; an opcode above 0xff is two bytes. The operand size is 64 bits if unset.
 */
export interface Form {
  name: string;
  opcode: number;
  size?: 8 | 32 | 64;
}

const REX = 0x40;
const RSP = 4;
const RBP = 5;

/** Prefixes, opcodes and operand bytes of x86-64 instructions. The mnemonics are in `X64Assembler`. */
export class X64Encoder extends CodeBuffer {
  /** `field` is what goes beside the operand: a register number or the opcode's digit. */
  protected encode({ name, opcode, size = 64 }: Form, field: number, operand: Register64 | Memory): void {
    const { base, index, displacement } = resolve(name, operand);
    const rex = (size === 64 ? 8 : 0) | ((field >> 3) << 2) | ((index >> 3) << 1) | (base >> 3);
    // Without a prefix, byte registers 4 to 7 are ah, ch, dh and bh.
    if (rex !== 0 || (size === 8 && field >= 4)) this.emit8(REX | rex);
    if (opcode > 0xff) this.emit8(opcode >> 8);
    this.emit8(opcode & 0xff);
    if (typeof operand === 'string') this.emit8(modrm(3, field, base));
    else this.#address(field, base, index, displacement);
  }

  /** An instruction whose register is part of the opcode. */
  protected encodeShort(opcode: number, register: Register64, wide: boolean): void {
    const number = numberOf(register);
    const rex = (wide ? 8 : 0) | (number >> 3);
    if (rex !== 0) this.emit8(REX | rex);
    this.emit8(opcode + (number & 7));
  }

  /** The distance from the end of these four bytes to a label. */
  protected encodeRelative(name: string, label: Label): void {
    this.reference(label, (code, target, at) => {
      code.setInt32(at, signed(name, target - (at + 4), 32), true);
    });
    this.emit32(0);
  }

  /** A 64-bit instruction that refers to a label's address, relative to the next instruction. */
  protected encodeRipRelative({ name, opcode }: Form, register: number, label: Label): void {
    this.emitBytes([REX | 8 | ((register >> 3) << 2), opcode, modrm(0, register, RBP)]);
    this.encodeRelative(name, label);
  }

  #address(field: number, base: number, index: number, displacement: number): void {
    const size = displacementSize(base, displacement);
    const mode = { none: 0, byte: 1, full: 2 }[size];
    if (index === RSP && (base & 7) !== RSP) {
      this.emit8(modrm(mode, field, base));
    } else {
      this.emit8(modrm(mode, field, RSP));
      this.emit8(modrm(0, index, base));
    }
    if (size === 'byte') this.emit8(displacement);
    if (size === 'full') this.emit32(displacement);
  }
}

function modrm(mode: number, field: number, base: number): number {
  return (mode << 6) | ((field & 7) << 3) | (base & 7);
}

/** Register numbers of an operand. As index, the number of rsp means there is none. */
function resolve(name: string, operand: Register64 | Memory) {
  if (typeof operand === 'string') return { base: numberOf(operand), index: RSP, displacement: 0 };
  if (operand.index === 'rsp') throw new RangeError(`${name}: rsp cannot be an index`);
  return {
    base: numberOf(operand.base),
    index: operand.index === undefined ? RSP : numberOf(operand.index),
    displacement: signed(name, operand.displacement, 32),
  };
}

function displacementSize(base: number, displacement: number): 'none' | 'byte' | 'full' {
  // With rbp and r13 the form without a displacement means something else.
  if (displacement === 0 && (base & 7) !== RBP) return 'none';
  return displacement >= -128 && displacement <= 127 ? 'byte' : 'full';
}
