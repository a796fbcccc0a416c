/** A generator of pseudo-random numbers that the same seed always starts alike. */
export interface Random {
  /** The next number in [0, 1), one of 2^32. */
  next(): number;
  /** A whole number in [0, n), for n up to 2^32; the bias of any value is below n / 2^32. */
  integer(n: number): number;
  /**
   * A standard normal deviate (Box and Muller, "A note on the generation of random normal deviates", 1958).
   */
  normal(): number;
  /**
   * A shuffled copy (Fisher-Yates as in Knuth, The Art of Computer Programming, volume 2, algorithm 3.4.2 P).
   */
  shuffle<T>(items: readonly T[]): T[];
}

/** Four 32-bit words, not all zero. */
export type State = readonly [number, number, number, number];

const range = 2 ** 32;

/** A generator for a seed, of which the low 32 bits count. */
export function createRandom(seed: number): Random {
  const nextSeedWord = splitmix32(seed);
  const nextWord = xoshiro128([nextSeedWord(), nextSeedWord(), nextSeedWord(), nextSeedWord()]);
  const next = () => nextWord() / range;
  const integer = (n: number) => Math.floor(next() * n);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return { next, integer, normal, shuffle: (items) => shuffled(items, integer) };
}

function shuffled<T>(items: readonly T[], integer: (n: number) => number): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = integer(last + 1);
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}

/**
 * xoshiro128** 1.1 by David Blackman and Sebastiano Vigna (https://prng.di.unimi.it/xoshiro128starstar.c,
 * "Scrambled linear pseudorandom number generators", ACM TOMS 47(4), 2021): 32-bit words, period 2^128 - 1.
 */
export function xoshiro128(state: State): () => number {
  let [s0, s1, s2, s3] = state;
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = rotateLeft(s3, 11);
    return result;
  };
}

/**
 * SplitMix (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014) in 32 bits:
 * the golden gamma's upper word, mixed by MurmurHash3's fmix32 (https://github.com/aappleby/smhasher). Only
 * seeds xoshiro128, whose authors advise a generator of another kind for that.
 */
export function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let word = state;
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    return (word ^ (word >>> 16)) >>> 0;
  };
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
