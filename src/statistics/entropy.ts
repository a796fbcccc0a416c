/** How many bits of a value were drawn at random, as far as draws tell. */
export interface Entropy {
  /**
   * Near the truth for values that are uniform on a range or on a set of bits, or of which few are possible.
   */
  readonly bits: number;
  /** True if so few draws cannot tell of more bits: there are `bits` or more. */
  readonly isAtLeast: boolean;
  /** Different values among the draws. */
  readonly distinct: number;
  readonly draws: number;
}

/**
 * The entropy of draws (64-bit values) in bits: the smallest of three estimates. Where most values were seen
 * more than once, it is that of the frequencies (Miller and Madow's correction; Miller, "Note on the bias of
 * information estimates", 1955). The other two are upper bounds. One is the number of bits that vary and do
 * not follow from others, the rank over GF(2) of the differences (exclusive or) to the first draw; k random
 * bits and ten draws more than that have full rank with a probability of 0.999 (Kolchin, "Random graphs",
 * 1999, section 3.2). The other is the size of the range in units of the greatest common divisor of the
 * distances, n + 1 over n - 1 times what the draws span (David and Nagaraja, "Order statistics", 2003,
 * section 2.5): sums carry into bits that were not drawn.
 */
export function entropyOf(values: readonly bigint[]): Entropy {
  const draws = values.map((value) => BigInt.asUintN(64, value));
  const rank = rankOf(draws);
  const bits = Math.min(rank, rangeBits(draws), seenBits(draws));
  const isAtLeast = draws.length > 1 && rank === draws.length - 1 && bits === rank;
  return { bits, isAtLeast, distinct: new Set(draws).size, draws: draws.length };
}

/** The entropy of the frequencies; infinite where too few values were seen twice to know any. */
function seenBits(draws: readonly bigint[]): number {
  const counts = new Map<bigint, number>();
  for (const draw of draws) counts.set(draw, (counts.get(draw) ?? 0) + 1);
  const n = draws.length;
  if (n === 0 || 2 * counts.size > n) return Number.POSITIVE_INFINITY;
  const plain = [...counts.values()].reduce((sum, count) => sum - (count / n) * Math.log2(count / n), 0);
  return plain + (counts.size - 1) / (2 * n * Math.LN2);
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
