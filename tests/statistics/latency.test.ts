import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { latencyBuckets, latencySummary } from '../../src/statistics/latency.ts';

test('percentiles of a thousand values, by hand', () => {
  const counts = Array.from({ length: 1000 }, (_, index): [number, number] => [index + 1, 1]);
  assert.deepEqual(latencySummary(counts), {
    count: 1000,
    min: 1,
    p50: 500,
    p90: 900,
    p99: 990,
    p999: 999,
    max: 1000,
  });
});

test('one slow event among many is the maximum, not the 99th percentile', () => {
  const { p50, p99, max } = latencySummary([
    [100, 9999],
    [5_000_000, 1],
  ]);
  assert.deepEqual([p50, p99], [100, 100]);
  assert.ok(Math.abs(max / 5_000_000 - 1) < 0.001);
});

test('buckets hold every event once, side by side', () => {
  const counts = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 1, max: 1000 })),
    {
      minLength: 1,
    },
  );
  fc.assert(
    fc.property(counts, (events) => {
      const buckets = latencyBuckets(events);
      const total = (counted: readonly { count: number }[]) =>
        counted.reduce((sum, { count }) => sum + count, 0);
      assert.equal(total(buckets), total(events.map(([, count]) => ({ count }))));
      for (const [index, { from }] of buckets.entries())
        if (index > 0) assert.equal(from, buckets[index - 1]?.to);
    }),
  );
  assert.deepEqual(latencyBuckets([]), []);
});

test('percentiles are those of the sorted events, to three digits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 50_000_000 }), { minLength: 1, maxLength: 300 }),
      (events) => {
        const summary = latencySummary(events.map((event) => [event, 1]));
        const sorted = events.toSorted((a, b) => a - b);
        for (const [fraction, value] of [
          [0.5, summary.p50],
          [0.9, summary.p90],
          [0.99, summary.p99],
        ] as const) {
          const direct = sorted[Math.ceil(fraction * sorted.length) - 1] as number;
          assert.ok(Math.abs(value / direct - 1) < 0.0011, `${value}, not ${direct}`);
        }
      },
    ),
  );
});
