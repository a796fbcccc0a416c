import type { Label } from '../code-buffer.ts';
import { bits64, inRange, multiple, unsigned } from '../ranges.ts';
import {
  type Address,
  Arm64Encoder,
  BRANCH,
  CONDITIONAL_BRANCH,
  generalOrZero,
  type PairAddress,
  type Register,
  TEST_BRANCH,
} from './encoder.ts';

export { type Address, at, postIndex, preIndex, type Register } from './encoder.ts';

/** Which 16 bits of a register an immediate goes to. */
type WideShift = 0 | 16 | 32 | 48;

/** `right` is a register, or an immediate of 12 bits that may stand 12 bits further left. */
type Arithmetic = (dst: Register, left: Register, right: Register | number) => void;
type ThreeRegisters = (dst: Register, left: Register, right: Register) => void;
type WideMove = (dst: Register, immediate: number, shift?: WideShift) => void;
type Access = (register: Register, address: Address) => void;
type PairAccess = (first: Register, second: Register, address: PairAddress) => void;
type WithRegister = (register: Register) => void;
type WithImmediate = (immediate: number) => void;

/** Readings; por_el0 holds the rights of protection keys (FEAT_S1POE). */
const SYSTEM_REGISTERS = { ctr_el0: 0xd53b0020, cntvct_el0: 0xd53be040, por_el0: 0xd53ba280 };

/** What turns the reading of a system register into a writing. */
const WRITE_BIT = 1 << 21;
const WIDE_SHIFTS: readonly WideShift[] = [0, 16, 32, 48];

/** Writes AArch64 machine code. Methods are named after the instructions, `_` stands for a space. */
export class Arm64Assembler extends Arm64Encoder {
  readonly add = this.#arithmetic('add', 0);
  readonly adds = this.#arithmetic('adds', 1);
  readonly sub = this.#arithmetic('sub', 2);
  readonly subs = this.#arithmetic('subs', 3);

  readonly and = this.#threeRegisters('and', 0x8a000000);
  readonly orr = this.#threeRegisters('orr', 0xaa000000);
  readonly eor = this.#threeRegisters('eor', 0xca000000);
  readonly ands = this.#threeRegisters('ands', 0xea000000);
  readonly bic = this.#threeRegisters('bic', 0x8a200000);
  readonly mul = this.#threeRegisters('mul', 0x9b007c00);
  readonly lslv = this.#threeRegisters('lslv', 0x9ac02000);

  readonly movn = this.#wideMove('movn', 0x92800000);
  readonly movz = this.#wideMove('movz', 0xd2800000);
  readonly movk = this.#wideMove('movk', 0xf2800000);

  readonly str = this.#access('str', 0xf9000000, 8);
  readonly ldr = this.#access('ldr', 0xf9400000, 8);
  readonly strw = this.#access('strw', 0xb9000000, 4);
  readonly ldrw = this.#access('ldrw', 0xb9400000, 4);
  readonly strb = this.#access('strb', 0x39000000, 1);
  readonly stp = this.#pairAccess('stp', 0xa8000000);
  readonly ldp = this.#pairAccess('ldp', 0xa8400000);

  readonly b = this.#branch('b', 0x14000000);
  readonly bl = this.#branch('bl', 0x94000000);
  readonly br = this.#withRegister('br', 0xd61f0000, 5);
  readonly blr = this.#withRegister('blr', 0xd63f0000, 5);
  readonly cbz = this.#compareAndBranch('cbz', 0xb4000000);
  readonly cbnz = this.#compareAndBranch('cbnz', 0xb5000000);
  readonly beq = this.#branchIf('b.eq', 0x0);
  readonly bne = this.#branchIf('b.ne', 0x1);
  readonly bhs = this.#branchIf('b.hs', 0x2);
  readonly blo = this.#branchIf('b.lo', 0x3);
  readonly bhi = this.#branchIf('b.hi', 0x8);
  readonly bls = this.#branchIf('b.ls', 0x9);
  readonly bge = this.#branchIf('b.ge', 0xa);
  readonly blt = this.#branchIf('b.lt', 0xb);
  readonly bgt = this.#branchIf('b.gt', 0xc);
  readonly ble = this.#branchIf('b.le', 0xd);

  readonly svc = this.#withImmediate('svc', 0xd4000001);
  readonly brk = this.#withImmediate('brk', 0xd4200000);
  readonly dc_cvau = this.#withRegister('dc cvau', 0xd50b7b20, 0);
  readonly ic_ivau = this.#withRegister('ic ivau', 0xd50b7520, 0);
  readonly ret = this.#fixed(0xd65f03c0);
  readonly nop = this.#fixed(0xd503201f);
  readonly yield = this.#fixed(0xd503203f);
  readonly bti_c = this.#fixed(0xd503245f);
  readonly dsb_ish = this.#fixed(0xd5033b9f);
  readonly isb = this.#fixed(0xd5033fdf);

  /** Copies a register, which may be sp. */
  mov(dst: Register, src: Register): void {
    if (dst === 'sp' || src === 'sp') this.encodeArithmetic('mov', 0, dst, src, 0);
    else this.encodeThree('mov', 0xaa000000, dst, 'xzr', src);
  }

  /** Any 64-bit value, in as few of `movz`, `movn` and `movk` as possible. */
  movImmediate(dst: Register, value: number | bigint): void {
    const bits = BigInt.asUintN(64, bits64('movImmediate', value));
    const parts = WIDE_SHIFTS.map((shift) => ({ shift, part: Number((bits >> BigInt(shift)) & 0xffffn) }));
    const nonZero = parts.filter(({ part }) => part !== 0);
    const nonOnes = parts.filter(({ part }) => part !== 0xffff);
    const inverted = nonOnes.length < nonZero.length;
    const [first = { shift: 0, part: inverted ? 0xffff : 0 } as const, ...rest] = inverted
      ? nonOnes
      : nonZero;
    if (inverted) this.movn(dst, first.part ^ 0xffff, first.shift);
    else this.movz(dst, first.part, first.shift);
    for (const { shift, part } of rest) this.movk(dst, part, shift);
  }

  cmp(left: Register, right: Register | number): void {
    this.encodeArithmetic('cmp', 3, 'xzr', left, right);
  }

  cmn(left: Register, right: Register | number): void {
    this.encodeArithmetic('cmn', 1, 'xzr', left, right);
  }

  neg(dst: Register, src: Register): void {
    this.encodeThree('neg', 0xcb000000, dst, 'xzr', src);
  }

  lsl(dst: Register, src: Register, shift: number): void {
    inRange('lsl', shift, 0, 63);
    this.encodeBits('lsl', dst, src, -shift & 63, 63 - shift);
  }

  lsr(dst: Register, src: Register, shift: number): void {
    this.encodeBits('lsr', dst, src, inRange('lsr', shift, 0, 63), 63);
  }

  /** Takes `width` bits, the lowest being `lsb`, and clears the rest. */
  ubfx(dst: Register, src: Register, lsb: number, width: number): void {
    inRange('ubfx', lsb, 0, 63);
    inRange('ubfx', width, 1, 64 - lsb);
    this.encodeBits('ubfx', dst, src, lsb, lsb + width - 1);
  }

  /** The address of a label within 1 MiB. */
  adr(dst: Register, target: Label): void {
    this.encodeAddress('adr', 0x10000000 | generalOrZero('adr', dst), target);
  }

  mrs(dst: Register, source: keyof typeof SYSTEM_REGISTERS): void {
    this.emit32(SYSTEM_REGISTERS[source] | generalOrZero('mrs', dst));
  }

  msr(destination: 'por_el0', src: Register): void {
    this.emit32((SYSTEM_REGISTERS[destination] & ~WRITE_BIT) | generalOrZero('msr', src));
  }

  /** Jumps within 32 KiB if a bit is set. */
  tbnz(register: Register, bit: number, target: Label): void {
    inRange('tbnz', bit, 0, 63);
    const opcode = (bit > 31 ? 0xb7000000 : 0x37000000) | ((bit & 31) << 19);
    this.encodeBranch('tbnz', opcode | generalOrZero('tbnz', register), TEST_BRANCH, target);
  }

  /** The 64-bit word at a label within 1 MiB. */
  ldrLiteral(dst: Register, source: Label): void {
    this.encodeBranch('ldr', 0x58000000 | generalOrZero('ldr', dst), CONDITIONAL_BRANCH, source);
  }

  /** Pads with nops until the code ends on a multiple of `boundary`. */
  align(boundary: number): void {
    const nops = multiple('align', this.paddingTo(boundary), 4);
    for (let i = 0; i < nops; i++) this.nop();
  }

  #arithmetic(name: string, operation: number): Arithmetic {
    return (dst, left, right) => this.encodeArithmetic(name, operation, dst, left, right);
  }

  #threeRegisters(name: string, opcode: number): ThreeRegisters {
    return (dst, left, right) => this.encodeThree(name, opcode, dst, left, right);
  }

  #wideMove(name: string, opcode: number): WideMove {
    return (dst, immediate, shift = 0) => this.encodeWide(name, opcode, dst, immediate, shift);
  }

  #access(name: string, opcode: number, unit: number): Access {
    return (register, address) => this.encodeAccess(name, opcode, unit, register, address);
  }

  #pairAccess(name: string, opcode: number): PairAccess {
    return (first, second, address) => this.encodePair(name, opcode, first, second, address);
  }

  #branch(name: string, opcode: number): (target: Label) => void {
    return (target) => this.encodeBranch(name, opcode, BRANCH, target);
  }

  #branchIf(name: string, condition: number): (target: Label) => void {
    return (target) => this.encodeBranch(name, 0x54000000 | condition, CONDITIONAL_BRANCH, target);
  }

  #compareAndBranch(name: string, opcode: number): (register: Register, target: Label) => void {
    return (register, target) =>
      this.encodeBranch(name, opcode | generalOrZero(name, register), CONDITIONAL_BRANCH, target);
  }

  #withRegister(name: string, opcode: number, position: number): WithRegister {
    return (register) => this.emit32(opcode | (generalOrZero(name, register) << position));
  }

  #withImmediate(name: string, opcode: number): WithImmediate {
    return (immediate) => this.emit32(opcode | (unsigned(name, immediate, 16) << 5));
  }

  #fixed(opcode: number): () => void {
    return () => this.emit32(opcode);
  }
}
