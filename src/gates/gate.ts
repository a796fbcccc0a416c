import { commonDimension } from './dimensions.ts';
import { withPlace } from './errors.ts';
import type { Gate } from './expression.ts';
import { parseComparison } from './parse.ts';

/**
 * Parses a gate, as `memfd < 0.2 * reuse`, and refuses one whose units make no sense. `place` is where it was written,
 * as `gates.txt:3`. Throws a `GateError`.
 */
export function parseGate(text: string, place?: string): Gate {
  return withPlace(place, () => {
    const comparison = parseComparison(text);
    commonDimension(comparison.left, comparison.right);
    return { text, ...(place !== undefined && { place }), ...comparison };
  });
}
