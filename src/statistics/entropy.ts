/** How many bits of a value were drawn at random, as far as draws tell. */
export interface Entropy {
  /** An upper bound, and near the truth for values that are uniform on a range or on a set of bits. */
  readonly bits: number;
  /** True if so few draws cannot tell of more bits: there are `bits` or more. */
  readonly isAtLeast: boolean;
  /** Different values among the draws. */
  readonly distinct: number;
  readonly draws: number;
}

/**
 * The entropy of draws (64-bit values) in bits: the smaller of two upper bounds. One is the number of bits that vary and do not follow from
 * others, the rank over GF(2) of the differences (exclusive or) to the first draw; k random bits and ten draws more
 * than that have full rank with a probability of 0.999 (Kolchin, "Random graphs", 1999, section 3.2). The other is the
 * size of the range in units of the greatest common divisor of the distances, n + 1 over n - 1 times what the draws
 * span (David and Nagaraja, "Order statistics", 2003, section 2.5): sums carry into bits that were not drawn.
 */
export function entropyOf(values: readonly bigint[]): Entropy {
  const draws = values.map((value) => BigInt.asUintN(64, value));
  const rank = rankOf(draws);
  const bits = Math.min(rank, rangeBits(draws));
  const isAtLeast = draws.length > 1 && rank === draws.length - 1 && bits === rank;
  return { bits, isAtLeast, distinct: new Set(draws).size, draws: draws.length };
}

/** Dimension of the differences to the first draw over GF(2), by Gaussian elimination. */
function rankOf(draws: readonly bigint[]): number {
  const [first = 0n] = draws;
  const basis = new Map<number, bigint>();
  for (const draw of draws) {
    let rest = draw ^ first;
    while (rest !== 0n) {
      const lead = rest.toString(2).length;
      const known = basis.get(lead);
      if (known === undefined) {
        basis.set(lead, rest);
        break;
      }
      rest ^= known;
    }
  }
  return basis.size;
}

function rangeBits(draws: readonly bigint[]): number {
  const [first = 0n] = draws;
  const least = draws.reduce((a, b) => (b < a ? b : a), first);
  const distances = draws.map((draw) => draw - least);
  const unit = distances.reduce(greatestCommonDivisor, 0n);
  if (unit === 0n) return 0;
  const span = Number(distances.reduce((a, b) => (b > a ? b : a)) / unit);
  return Math.log2(span * ((draws.length + 1) / (draws.length - 1)) + 1);
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}
