import { CodeBuffer, type Label } from '../code-buffer.ts';
import { inRange, multiple, signed, unsigned } from '../ranges.ts';

type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
type GeneralRegister = `x${Digit}` | `x1${Digit}` | `x2${Digit}` | 'x30';

/** A 64-bit register. 32-bit and 8-bit instructions use its low part. */
export type Register = GeneralRegister | 'xzr' | 'sp';

/** The memory at `base + offset`, where `base` may be sp but not xzr. */
export interface Address {
  base: Register;
  offset: number;
  /** Only pairs have it. */
  writeback?: never;
}

/** An address for `ldp` and `stp`: with a writeback, `base` is moved by `offset` before or after. */
export interface PairAddress {
  base: Register;
  offset: number;
  writeback?: 'before' | 'after';
}

/** `[base, #offset]` */
export const at = (base: Register, offset = 0): Address => ({ base, offset });

/** `[base, #offset]!`, moves the base first. */
export const preIndex = (base: Register, offset: number): PairAddress => ({
  base,
  offset,
  writeback: 'before',
});

/** `[base], #offset`, moves the base afterwards. */
export const postIndex = (base: Register, offset: number): PairAddress => ({
  base,
  offset,
  writeback: 'after',
});

/** The number of a register in a field where 31 is one of xzr and sp; the other is refused. */
export type NumberOf = (instruction: string, register: Register) => number;

const numbers = new Map<string, number>(Array.from({ length: 31 }, (_, number) => [`x${number}`, number]));

function registerField(special: Register): NumberOf {
  return (instruction, register) => {
    const number = register === special ? 31 : numbers.get(register);
    if (number !== undefined) return number;
    throw new RangeError(`${instruction}: ${register} cannot be used here`);
  };
}

/** For fields where 31 means xzr. */
export const generalOrZero = registerField('xzr');

/** For fields where 31 means sp. */
const generalOrStack = registerField('sp');

/** Where an instruction holds its distance to a label: how many bits, from which bit. */
export interface DistanceField {
  bits: number;
  position: number;
}

export const BRANCH: DistanceField = { bits: 26, position: 0 };
export const TEST_BRANCH: DistanceField = { bits: 14, position: 5 };
export const CONDITIONAL_BRANCH: DistanceField = { bits: 19, position: 5 };

const INSTRUCTION_SIZE = 4;
const PAIR_MODES = { none: 0x01000000, before: 0x01800000, after: 0x00800000 };

/** Operand fields of AArch64 instructions, by shape. The mnemonics are in `Arm64Assembler`. */
export class Arm64Encoder extends CodeBuffer {
  /** Three registers: `dst`, `left` and `right`. */
  protected encodeThree(name: string, opcode: number, dst: Register, left: Register, right: Register): void {
    const [rd, rn, rm] = [dst, left, right].map((register) => generalOrZero(name, register));
    this.emit32(opcode | fields(rd, rn, rm));
  }

  /** Addition family; `operation` is 0 add, 1 adds, 2 sub, 3 subs. */
  protected encodeArithmetic(
    name: string,
    operation: number,
    dst: Register,
    left: Register,
    right: Register | number,
  ): void {
    const opcode = 0x80000000 | (operation << 29);
    const flagSetting = (operation & 1) === 1;
    const destination: NumberOf = flagSetting ? generalOrZero : generalOrStack;
    if (typeof right === 'number') {
      const immediate = arithmeticImmediate(name, right);
      const registers = fields(destination(name, dst), generalOrStack(name, left));
      this.emit32(opcode | 0x11000000 | immediate | registers);
    } else if (dst === 'sp' || left === 'sp') {
      const rm = generalOrZero(name, right);
      this.emit32(opcode | 0x0b206000 | fields(destination(name, dst), generalOrStack(name, left), rm));
    } else {
      this.encodeThree(name, opcode | 0x0b000000, dst, left, right);
    }
  }

  /** Bits `first` to `last` of a register, as `ubfm` counts them. */
  protected encodeBits(name: string, dst: Register, src: Register, first: number, last: number): void {
    const registers = fields(generalOrZero(name, dst), generalOrZero(name, src));
    this.emit32(0xd3400000 | (first << 16) | (last << 10) | registers);
  }

  /** A 16-bit immediate at bit 0, 16, 32 or 48 of a register. */
  protected encodeWide(name: string, opcode: number, dst: Register, immediate: number, shift: number): void {
    const rd = generalOrZero(name, dst);
    const slot = inRange(name, multiple(name, shift, 16), 0, 3);
    this.emit32(opcode | (slot << 21) | (unsigned(name, immediate, 16) << 5) | rd);
  }

  /** One register and memory, `unit` bytes at a time. */
  protected encodeAccess(
    name: string,
    opcode: number,
    unit: number,
    register: Register,
    address: Address,
  ): void {
    const offset = unsigned(name, multiple(name, address.offset, unit), 12);
    const registers = fields(generalOrZero(name, register), generalOrStack(name, address.base));
    this.emit32(opcode | (offset << 10) | registers);
  }

  /** Two registers and memory. */
  protected encodePair(
    name: string,
    opcode: number,
    first: Register,
    second: Register,
    { base, offset, writeback }: PairAddress,
  ): void {
    const registers = fields(generalOrZero(name, first), generalOrStack(name, base));
    const units = signed(name, multiple(name, offset, 8), 7) & 0x7f;
    const pair = (units << 15) | (generalOrZero(name, second) << 10);
    this.emit32(opcode | PAIR_MODES[writeback ?? 'none'] | pair | registers);
  }

  /** The distance to a label, in instructions. */
  protected encodeBranch(name: string, opcode: number, field: DistanceField, target: Label): void {
    this.#encodeRelative(opcode, target, (distance) => {
      const steps = signed(name, multiple(name, distance, INSTRUCTION_SIZE), field.bits);
      return (steps & (2 ** field.bits - 1)) << field.position;
    });
  }

  /** The distance to a label in bytes, which is split in two fields. */
  protected encodeAddress(name: string, opcode: number, target: Label): void {
    this.#encodeRelative(opcode, target, (distance) => {
      const bytes = signed(name, distance, 21);
      return ((bytes & 3) << 29) | (((bytes >> 2) & 0x7ffff) << 5);
    });
  }

  #encodeRelative(opcode: number, target: Label, field: (distance: number) => number): void {
    this.reference(target, (code, to, at) => code.setUint32(at, opcode | field(to - at), true));
    this.emit32(opcode);
  }
}

/** The places where nearly every instruction has its registers. */
function fields(rd = 0, rn = 0, rm = 0): number {
  return (rm << 16) | (rn << 5) | rd;
}

function arithmeticImmediate(name: string, value: number): number {
  const shifted = value > 0xfff && value % 0x1000 === 0;
  if (shifted && value <= 0xfff000) return (1 << 22) | ((value / 0x1000) << 10);
  return inRange(name, value, 0, 0xfff) << 10;
}
