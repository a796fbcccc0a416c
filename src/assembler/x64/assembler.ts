import { Label } from '../code-buffer.ts';
import { anySign, bits64, inRange, signed } from '../ranges.ts';
import {
  type Form,
  type Memory,
  numberOf,
  type Register64,
  type VectorRegister,
  vectorNumber,
  X64Encoder,
} from './encoder.ts';

export { at, indexed, type Memory, type Register64, type VectorRegister } from './encoder.ts';

/** An operation on two 64-bit operands, at most one of them in memory. */
export interface Arithmetic {
  (dst: Register64, src: Register64 | Memory | number): void;
  (dst: Memory, src: Register64 | number): void;
}

/** Intel's recommended paddings, indexed by length minus one. */
const NOPS = [
  [0x90],
  [0x66, 0x90],
  [0x0f, 0x1f, 0x00],
  [0x0f, 0x1f, 0x40, 0x00],
  [0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00],
  [0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
];

/** Writes x86-64 machine code. Methods are named after the instructions, operands are in Intel's order. */
export class X64Assembler extends X64Encoder {
  readonly add = this.#arithmetic('add', 0);
  readonly or = this.#arithmetic('or', 1);
  readonly and = this.#arithmetic('and', 4);
  readonly sub = this.#arithmetic('sub', 5);
  readonly xor = this.#arithmetic('xor', 6);
  readonly cmp = this.#arithmetic('cmp', 7);

  readonly inc = this.#unary({ name: 'inc', opcode: 0xff }, 0);
  readonly dec = this.#unary({ name: 'dec', opcode: 0xff }, 1);
  readonly neg = this.#unary({ name: 'neg', opcode: 0xf7 }, 3);
  readonly not = this.#unary({ name: 'not', opcode: 0xf7 }, 2);
  /** Shifts left by the low bits of rcx. */
  readonly shl_cl = this.#unary({ name: 'shl', opcode: 0xd3 }, 4);
  readonly shl = this.#shift('shl', 4);
  readonly shr = this.#shift('shr', 5);

  readonly call = this.#transfer('call', 0xe8, 2);
  readonly jmp = this.#transfer('jmp', 0xe9, 4);
  readonly jb = this.#jumpIf('jb', 0x2);
  readonly jae = this.#jumpIf('jae', 0x3);
  readonly je = this.#jumpIf('je', 0x4);
  readonly jne = this.#jumpIf('jne', 0x5);
  readonly jbe = this.#jumpIf('jbe', 0x6);
  readonly ja = this.#jumpIf('ja', 0x7);
  readonly js = this.#jumpIf('js', 0x8);
  readonly jns = this.#jumpIf('jns', 0x9);
  readonly jl = this.#jumpIf('jl', 0xc);
  readonly jge = this.#jumpIf('jge', 0xd);
  readonly jle = this.#jumpIf('jle', 0xe);
  readonly jg = this.#jumpIf('jg', 0xf);

  readonly nop = this.#fixed(0x90);
  readonly pause = this.#fixed(0xf3, 0x90);
  readonly ret = this.#fixed(0xc3);
  readonly int3 = this.#fixed(0xcc);
  readonly syscall = this.#fixed(0x0f, 0x05);
  readonly rdtsc = this.#fixed(0x0f, 0x31);
  readonly cpuid = this.#fixed(0x0f, 0xa2);
  readonly rdtscp = this.#fixed(0x0f, 0x01, 0xf9);
  readonly lfence = this.#fixed(0x0f, 0xae, 0xe8);
  readonly mfence = this.#fixed(0x0f, 0xae, 0xf0);
  readonly sfence = this.#fixed(0x0f, 0xae, 0xf8);
  /** The rights of protection keys in rax; rcx must be 0, rdx becomes 0. */
  readonly rdpkru = this.#fixed(0x0f, 0x01, 0xee);
  /** Sets them from rax; rcx and rdx must be 0. */
  readonly wrpkru = this.#fixed(0x0f, 0x01, 0xef);
  readonly endbr64 = this.#fixed(0xf3, 0x0f, 0x1e, 0xfa);

  /** 64-bit move. Immediates may be any 64-bit value and take the shortest form; flags are kept. */
  mov(dst: Register64, src: Register64 | Memory | number | bigint): void;
  mov(dst: Memory, src: Register64): void;
  mov(dst: Register64 | Memory, src: Register64 | Memory | number | bigint): void {
    if (typeof src === 'string') this.encode({ name: 'mov', opcode: 0x89 }, numberOf(src), dst);
    else if (typeof dst !== 'string') throw new TypeError('mov: memory can only be set from a register');
    else if (typeof src === 'object') this.encode({ name: 'mov', opcode: 0x8b }, numberOf(dst), src);
    else this.#movImmediate(dst, bits64('mov', src));
  }

  /** 32-bit move. A register that is written has its upper half cleared. */
  mov32(dst: Register64, src: Register64 | Memory | number): void;
  mov32(dst: Memory, src: Register64): void;
  mov32(dst: Register64 | Memory, src: Register64 | Memory | number): void {
    const form = { name: 'mov32', size: 32 } as const;
    if (typeof src === 'string') this.encode({ ...form, opcode: 0x89 }, numberOf(src), dst);
    else if (typeof dst !== 'string') throw new TypeError('mov32: memory can only be set from a register');
    else if (typeof src === 'object') this.encode({ ...form, opcode: 0x8b }, numberOf(dst), src);
    else {
      const immediate = anySign('mov32', src, 32);
      this.encodeShort(0xb8, dst, false);
      this.emit32(immediate);
    }
  }

  /** Stores one byte: an immediate, or the low byte of a register. */
  mov8(dst: Memory, src: Register64 | number): void {
    const form = { name: 'mov8', size: 8 } as const;
    if (typeof src === 'string') this.encode({ ...form, opcode: 0x88 }, numberOf(src), dst);
    else {
      const immediate = anySign('mov8', src, 8);
      this.encode({ ...form, opcode: 0xc6 }, 0, dst);
      this.emit8(immediate);
    }
  }

  /** Moves 16 bytes between memory, at any alignment, and a vector register. */
  movups(dst: VectorRegister, src: Memory): void;
  movups(dst: Memory, src: VectorRegister): void;
  movups(dst: VectorRegister | Memory, src: VectorRegister | Memory): void {
    if (typeof dst === 'string' && typeof src === 'object')
      this.encode({ name: 'movups', opcode: 0x0f10, size: 32 }, vectorNumber(dst), src);
    else if (typeof dst === 'object' && typeof src === 'string')
      this.encode({ name: 'movups', opcode: 0x0f11, size: 32 }, vectorNumber(src), dst);
    else throw new TypeError('movups: one operand is in memory, the other is not');
  }

  /** Writes the cache line at an address back to memory and evicts it. */
  clflush(line: Memory): void {
    this.encode({ name: 'clflush', opcode: 0x0fae, size: 32 }, 7, line);
  }

  /**
   * Writes the cache line at an address back to memory, and may keep it; where CPUID says that it is there.
   */
  clwb(line: Memory): void {
    this.emit8(0x66);
    this.encode({ name: 'clwb', opcode: 0x0fae, size: 32 }, 6, line);
  }

  /** The address of memory or, relative to the next instruction, of a label. */
  lea(dst: Register64, src: Memory | Label): void {
    const form = { name: 'lea', opcode: 0x8d };
    if (src instanceof Label) this.encodeRipRelative(form, numberOf(dst), src);
    else this.encode(form, numberOf(dst), src);
  }

  xor32(dst: Register64, src: Register64): void {
    this.encode({ name: 'xor32', opcode: 0x31, size: 32 }, numberOf(src), dst);
  }

  test(left: Register64, right: Register64): void {
    this.encode({ name: 'test', opcode: 0x85 }, numberOf(right), left);
  }

  imul(dst: Register64, src: Register64): void {
    this.encode({ name: 'imul', opcode: 0x0faf }, numberOf(dst), src);
  }

  push(register: Register64): void {
    this.encodeShort(0x50, register, false);
  }

  pop(register: Register64): void {
    this.encodeShort(0x58, register, false);
  }

  /** Pads with as few nops as possible until the code ends on a multiple of `boundary`. */
  align(boundary: number): void {
    for (let missing = this.paddingTo(boundary); missing > 0; ) {
      const nop = NOPS[Math.min(missing, NOPS.length) - 1] ?? [];
      this.emitBytes(nop);
      missing -= nop.length;
    }
  }

  #movImmediate(dst: Register64, value: bigint): void {
    if (value >= 0n && value < 2n ** 32n) {
      this.encodeShort(0xb8, dst, false);
      this.emit32(Number(value));
    } else if (value < 0n && value >= -(2n ** 31n)) {
      this.encode({ name: 'mov', opcode: 0xc7 }, 0, dst);
      this.emit32(Number(value));
    } else {
      this.encodeShort(0xb8, dst, true);
      this.emit64(value);
    }
  }

  #arithmetic(name: string, digit: number): Arithmetic {
    const opcode = digit << 3;
    return (dst: Register64 | Memory, src: Register64 | Memory | number) => {
      if (typeof src === 'number') this.#arithmeticImmediate(name, digit, dst, signed(name, src, 32));
      else if (typeof src === 'string') this.encode({ name, opcode: opcode | 1 }, numberOf(src), dst);
      else if (typeof dst === 'string') this.encode({ name, opcode: opcode | 3 }, numberOf(dst), src);
      else throw new TypeError(`${name}: only one operand can be in memory`);
    };
  }

  #arithmeticImmediate(name: string, digit: number, dst: Register64 | Memory, value: number): void {
    if (value >= -128 && value <= 127) {
      this.encode({ name, opcode: 0x83 }, digit, dst);
      this.emit8(value);
      return;
    }
    if (dst === 'rax') this.emitBytes([0x48, (digit << 3) | 5]);
    else this.encode({ name, opcode: 0x81 }, digit, dst);
    this.emit32(value);
  }

  #unary(form: Form, digit: number): (dst: Register64 | Memory) => void {
    return (dst) => this.encode(form, digit, dst);
  }

  #shift(name: string, digit: number): (dst: Register64, count: number) => void {
    return (dst, count) => {
      inRange(name, count, 0, 63);
      this.encode({ name, opcode: count === 1 ? 0xd1 : 0xc1 }, digit, dst);
      if (count !== 1) this.emit8(count);
    };
  }

  #transfer(name: string, opcode: number, digit: number): (target: Register64 | Label) => void {
    return (target) => {
      if (typeof target === 'string') this.encode({ name, opcode: 0xff, size: 32 }, digit, target);
      else {
        this.emit8(opcode);
        this.encodeRelative(name, target);
      }
    };
  }

  #jumpIf(name: string, condition: number): (target: Label) => void {
    return (target) => {
      this.emitBytes([0x0f, 0x80 | condition]);
      this.encodeRelative(name, target);
    };
  }

  #fixed(...bytes: number[]): () => void {
    return () => this.emitBytes(bytes);
  }
}
