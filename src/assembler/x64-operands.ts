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
