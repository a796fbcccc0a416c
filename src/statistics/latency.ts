import { build } from '../vendor/hdr-histogram.ts';

/** How long single events took, in nanoseconds. */
export interface LatencySummary {
  readonly count: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Significant digits of every value. */
const digits = 3;

/** An hour: longer than any event. */
const longest = 3600e9;

/**
 * Summarises counts of whole nanoseconds with a high dynamic range histogram (Gil Tene's HdrHistogram): each
 * percentile is a value that was seen, to three significant digits.
 */
export function latencySummary(
  counts: readonly (readonly [nanoseconds: number, count: number])[],
): LatencySummary {
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: longest,
    numberOfSignificantValueDigits: digits,
  });
  for (const [nanoseconds, count] of counts)
    histogram.recordValueWithCount(Math.min(nanoseconds, longest), count);
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile);
  return {
    count: histogram.totalCount,
    min: at(0),
    p50: at(50),
    p90: at(90),
    p99: at(99),
    p999: at(99.9),
    max: histogram.maxValue,
  };
}

/** A range of latencies, `from` included, `to` not. */
export interface LatencyBucket {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Buckets each time twice as wide as the last are too coarse to see modes: so many to a doubling. */
const bucketsPerDoubling = 4;

/** Counts in buckets of equal ratio, from the least value to the greatest. */
export function latencyBuckets(
  counts: readonly (readonly [nanoseconds: number, count: number])[],
): LatencyBucket[] {
  const indexOf = (nanoseconds: number) =>
    Math.floor(Math.log2(Math.max(1, nanoseconds)) * bucketsPerDoubling);
  const sums = new Map<number, number>();
  for (const [nanoseconds, count] of counts) {
    const index = indexOf(nanoseconds);
    sums.set(index, (sums.get(index) ?? 0) + count);
  }
  if (sums.size === 0) return [];
  const [first, last] = [Math.min(...sums.keys()), Math.max(...sums.keys())];
  return Array.from({ length: last - first + 1 }, (_, offset) => {
    const index = first + offset;
    return {
      from: 2 ** (index / bucketsPerDoubling),
      to: 2 ** ((index + 1) / bucketsPerDoubling),
      count: sums.get(index) ?? 0,
    };
  });
}
