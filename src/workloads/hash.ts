/** 32 bits that look random, of a number: the finalizer of MurmurHash3 (Appleby, public domain). Printed as C, too. */
export function hash32(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** What separates the two halves of a function's constant. */
export const highHalf = 0x9e3779b9;

/** The odd 64-bit constant of a function, as its lower and upper half. */
export function constantHalves(number: number): [low: number, high: number] {
  return [(hash32(number) | 1) >>> 0, hash32((number ^ highHalf) >>> 0)];
}
