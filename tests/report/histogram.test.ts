import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { type Bucket, renderHistogram } from '../../src/report/terminal/histogram.ts';

/** Buckets of equal length. */
const buckets = (from: number, step: number, ...counts: number[]): Bucket[] =>
  counts.map((count, index) => ({ from: from + index * step, to: from + (index + 1) * step, count }));

const draw = (all: readonly Bucket[], width = 60, color = false) =>
  renderHistogram(all, { width, color, unit: 'ns/iter' });

const sample = buckets(80, 10, 0, 0, 12, 100, 80, 0, 0, 30, 4, 0, 0, 0, 1, 0);

test('bounds, counts, fractions and bars; many empty buckets are left out, few are not', () => {
  assert.equal(
    draw(sample),
    `    from        to  count  of all
100.0 ns  110.0 ns     12   5.3 %  ███
110.0 ns  120.0 ns    100    44 %  █████████████████████████
120.0 ns  130.0 ns     80    35 %  ████████████████████
130.0 ns  140.0 ns      0   0.0 %
140.0 ns  150.0 ns      0   0.0 %
150.0 ns  160.0 ns     30    13 %  ███████▌
160.0 ns  170.0 ns      4   1.8 %  █
…
200.0 ns  210.0 ns      1  0.44 %  ▎`,
  );
});

test('at 40 columns upper bounds make way for the bars', () => {
  assert.equal(
    draw(sample, 40),
    `    from  count  of all
100.0 ns     12   5.3 %  █▊
110.0 ns    100    44 %  ███████████████
120.0 ns     80    35 %  ████████████
130.0 ns      0   0.0 %
140.0 ns      0   0.0 %
150.0 ns     30    13 %  ████▌
160.0 ns      4   1.8 %  ▋
…
200.0 ns      1  0.44 %  ▏`,
  );
});

test('bars grow by eighths of a column', () => {
  // 25 columns are left for bars: 8 counts each.
  const lines = draw(buckets(100, 10, 200, 1, 2, 3, 4, 5, 6, 7, 8, 9))
    .split('\n')
    .slice(1);
  const bars = lines.map((line) => line.split(/ %\s+/)[1]);
  assert.deepEqual(bars, ['█'.repeat(25), '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█', '█▏']);
});

test('a hole between buckets is shown as one', () => {
  const lines = draw([
    { from: 0, to: 500, count: 1 },
    { from: 900, to: 1100, count: 3 },
  ]).split('\n');
  assert.equal(lines[2], '…');
  assert.match(lines[3] ?? '', /^900\.0 ns {2}1\.100 µs {6}3 {4}75 % {2}█+$/);
});

test('one bucket has the longest bar, and none or only empty ones are no text', () => {
  assert.match(draw(buckets(100, 10, 5), 40), /\n100\.0 ns {6}5 {3}100 % {2}█{15}$/);
  assert.equal(draw([]), '');
  assert.equal(draw(buckets(100, 10, 0, 0, 0)), '');
});

test('colour adds nothing but escape sequences, and plain text has none', () => {
  const colored = draw(sample, 60, true);
  assert.ok(!draw(sample).includes('\u001b'));
  assert.equal(stripVTControlCharacters(colored), draw(sample));
  assert.ok(colored.includes('\u001b[36m███\u001b[39m'));
});

const counts = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1e9 })), { maxLength: 40 });
const anyBuckets = fc
  .tuple(
    fc.double({ min: 0, max: 1e10, noNaN: true }),
    fc.double({ min: 0.1, max: 1e8, noNaN: true }),
    counts,
  )
  .map(([from, step, all]) => buckets(from, step, ...all));

test('no line is wider than asked for, 40 columns at least', () => {
  fc.assert(
    fc.property(anyBuckets, fc.integer({ min: 0, max: 200 }), (all, width) => {
      for (const line of draw(all, width).split('\n')) {
        assert.ok(line.length <= Math.max(width, 40), `${line.length}: ${line}`);
        assert.equal(line, line.trimEnd());
      }
    }),
  );
});

test('every filled bucket has a line with its count and a bar, the fullest the longest', () => {
  fc.assert(
    fc.property(anyBuckets, fc.integer({ min: 40, max: 200 }), (all, width) => {
      const lines = draw(all, width)
        .split('\n')
        .filter((line) => /[█▏▎▍▌▋▊▉]$/.test(line));
      const filled = all.filter(({ count }) => count > 0).map(({ count }) => count);
      assert.deepEqual(
        lines.map((line) => Number(line.match(/ (\d+) +[\d.]+ %/)?.[1])),
        filled,
      );
      const bars = lines.map((line) => line.split(/ %\s+/)[1]?.length ?? 0);
      assert.ok(
        bars.every((bar, index) => filled[index] !== Math.max(...filled) || bar === Math.max(...bars)),
      );
    }),
  );
});

test('three empty buckets in a row are never shown', () => {
  fc.assert(
    fc.property(anyBuckets, (all) => {
      assert.doesNotMatch(draw(all, 80), /(\n.* 0 +0\.0 %){3}/);
    }),
  );
});
