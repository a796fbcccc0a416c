/** Returns the value, or throws a RangeError unless `low <= value <= high` and it is whole. */
export function inRange(instruction: string, value: number, low: number, high: number): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new RangeError(`${instruction}: ${value} is not a whole number from ${low} to ${high}`);
}

/** Returns the value, or throws a RangeError if it needs more than `bits` bits with a sign. */
export function signed(instruction: string, value: number, bits: number): number {
  const limit = 2 ** (bits - 1);
  return inRange(instruction, value, -limit, limit - 1);
}

/** Returns the value, or throws a RangeError if it needs more than `bits` bits without a sign. */
export function unsigned(instruction: string, value: number, bits: number): number {
  return inRange(instruction, value, 0, 2 ** bits - 1);
}

/** For fields of `bits` bits that may be written with a sign or without, such as 0xff and -1. */
export function anySign(instruction: string, value: number, bits: number): number {
  return inRange(instruction, value, -(2 ** (bits - 1)), 2 ** bits - 1);
}

/** Returns how many times `unit` fits, or throws a RangeError if something is left over. */
export function multiple(instruction: string, value: number, unit: number): number {
  const count = value / unit;
  if (Number.isInteger(count)) return count;
  throw new RangeError(`${instruction}: ${value} is not a multiple of ${unit}`);
}

/** Any 64-bit value, with a sign or without, as the signed number with the same bits. */
export function bits64(instruction: string, value: number | bigint): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new RangeError(`${instruction}: ${value} is not a safe integer, pass a bigint`);
  }
  const wide = BigInt(value);
  if (wide >= -(2n ** 63n) && wide < 2n ** 64n) return BigInt.asIntN(64, wide);
  throw new RangeError(`${instruction}: ${value} does not fit in 64 bits`);
}
