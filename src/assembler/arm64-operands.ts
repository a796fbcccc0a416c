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
export const generalOrStack = registerField('sp');
