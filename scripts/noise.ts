import type { Random } from '../src/statistics/random.ts';

/** How runs deviate from their level, in spreads, for simulations. */
export const noises = {
  normal: (length, random) => Array.from({ length }, () => random.normal()),
  "Student's t3": (length, random) => Array.from({ length }, () => random.normal() / chi3(random)),
  'a tenth slow': (length, random) => slowNowAndThen(length, 0.1, random),
  'a third slow': (length, random) => slowNowAndThen(length, 1 / 3, random),
  'remembers half': (length, random) => remembering(length, 0.5, random),
} as const satisfies Record<string, Noise>;

/** Deviations of so many runs, in their order. */
export type Noise = (length: number, random: Random) => number[];

function chi3(random: Random): number {
  return Math.sqrt((random.normal() ** 2 + random.normal() ** 2 + random.normal() ** 2) / 3);
}

/** A machine of two states, ten spreads apart, which it takes by chance. */
function slowNowAndThen(length: number, fraction: number, random: Random): number[] {
  return Array.from({ length }, () => random.normal() + (random.next() < fraction ? 10 : 0));
}

/** Every run deviates as the one before by a fraction, and by chance. */
function remembering(length: number, fraction: number, random: Random): number[] {
  const values: number[] = [];
  let last = random.normal();
  while (values.length < length) {
    values.push(last);
    last = fraction * last + Math.sqrt(1 - fraction ** 2) * random.normal();
  }
  return values;
}
