import { advise, type Candidate } from '../advice/advise.ts';
import { candidatesOf } from '../advice/candidates.ts';
import { unconstrained } from '../advice/constraints.ts';
import { rowsFor } from '../advice/rows.ts';
import type { ResultDocument } from '../results/document.ts';
import type { Strategy } from '../strategies/strategy.ts';
import type { Region } from './observation.ts';

/** A strategy at an observed number of loads a second. */
export interface Cost {
  readonly candidate: Candidate;
  /** Of one CPU's time. */
  readonly cpuFraction: number;
}

/** What a region's loads cost, by what was measured of strategies. */
export interface RegionCost {
  /** What the region does; absent where none of its strategies was measured. */
  readonly own?: Cost;
  /** Two that it could do: what advise would name, and its runner-up. */
  readonly others: readonly Cost[];
  /** Sentences. */
  readonly caveats: readonly string[];
}

/**
 * Bytes of the largest load that is priced as it is. Who flips more at once writes to few of the pages, which
 * a tracer does not see.
 */
const largestPriced = 64 * 1024;

/** Bytes of the module by which a region's loads are priced. */
export function pricedSize({ size }: Region): number {
  return Math.min(largestPriced, size.median);
}

function sizeCaveat({ size: { median } }: Region, size: number, pageSize: number): string {
  return `loads of ${median / pageSize} pages are priced as of ${size / pageSize}: to how many of their pages they write cannot be seen`;
}

/** Prices a region's loads. `pageSize` in bytes. */
export function costOf(
  region: Region,
  documents: readonly { readonly name: string; readonly document: ResultDocument }[],
  strategies: readonly Strategy[],
  pageSize: number,
): RegionCost {
  const size = pricedSize(region);
  const { rows, caveats } = rowsFor(documents, { ...unconstrained, moduleSize: size });
  const candidates = candidatesOf(rows, strategies);
  const priced = (candidate: Candidate): Cost => ({
    candidate,
    cpuFraction: (region.loadsPerSecond * candidate.case.estimate.point) / 1e9,
  });
  const own = region.strategies.flatMap(
    (name) => candidates.find(({ facts }) => facts.name === name) ?? [],
  )[0];
  const others = candidates.filter(({ facts }) => !region.strategies.includes(facts.name));
  const advice = advise(others, unconstrained);
  return {
    ...(own && { own: priced(own) }),
    others:
      advice === undefined
        ? []
        : [advice.choice, advice.runnerUp].flatMap((each) => (each === undefined ? [] : priced(each))),
    caveats: [...caveats, ...(size < region.size.median ? [sizeCaveat(region, size, pageSize)] : [])],
  };
}
