import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type CostModel,
  crossings,
  fitCostModel,
  fitLine,
  type KneeModel,
  type LineModel,
  type SizeTimes,
  timeAt,
} from '../../src/statistics/cost-model.ts';
import type { IntervalEstimate } from '../../src/statistics/estimate.ts';
import { createRandom, type Random } from '../../src/statistics/random.ts';

const near = (a: number, b: number, tolerance = 1e-9) =>
  Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
const assertNear = (a: number, b: number, tolerance?: number) =>
  assert.ok(near(a, b, tolerance), `${a} is not ${b}`);

const normal = (random: Random) =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** One exact fork a size. */
const exact = (sizes: readonly number[], time: (pages: number) => number): SizeTimes[] =>
  sizes.map((pages) => ({ pages, forks: [time(pages)] }));

/** The same with noise, a fraction of the time, on every fork. */
const noisy = (
  sizes: readonly number[],
  time: (pages: number) => number,
  { random, spread = 0.02, forks = 1 }: { random: Random; spread?: number; forks?: number },
): SizeTimes[] =>
  sizes.map((pages) => ({
    pages,
    forks: Array.from({ length: forks }, () => time(pages) * (1 + spread * normal(random))),
  }));

const doubling = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/** Up to 33 pages Linux on x86 flushes page by page, from 34 on everything. */
const aroundFlush = [1, 2, 4, 8, 16, 32, 33, 34, 48, 64, 128, 256];
const line = (pages: number) => 900 + 45 * pages;
const flush = (pages: number) => (pages <= 33 ? 900 + 120 * pages : 6200 + 30 * pages);

test('a line without noise is recovered', () => {
  const model = fitCostModel(exact(doubling, line));
  assert.equal(model.kind, 'line');
  if (model.kind !== 'line') return;
  assertNear(model.line.fixed.point, 900);
  assertNear(model.line.perPage.point, 45);
  for (const { low, point, high } of Object.values(model.line)) assert.ok(high - low < 1e-9 * point);
  assertNear(model.r2 ?? 0, 1);
  assert.ok(model.worstMiss.fraction < 1e-12);
});

test('two pieces with a jump are recovered', () => {
  const model = fitCostModel(exact(aroundFlush, flush));
  assert.equal(model.kind, 'knee');
  if (model.kind !== 'knee') return;
  assert.deepEqual([model.knee.after, model.knee.before], [33, 34]);
  assert.ok(model.knee.p < 0.001);
  assertNear(model.below.fixed.point, 900);
  assertNear(model.below.perPage.point, 120);
  assertNear(model.above.fixed.point, 6200);
  assertNear(model.above.perPage.point, 30);
  assertNear(model.r2 ?? 0, 1);
  for (const pages of [1, 33, 34, 100, 1000]) assertNear(timeAt(model, pages), flush(pages));
});

test('weights, intervals, R² and the worst miss, against a worked example', () => {
  // 1, 2, 2 ns (a median of three) at 1, 2, 3 pages: weights 1, 1/4, 1/4. Weighted means 3/2 and 4/3, squares
  // 7/8 and 1/2,
  // so 4/7 a page and 10/21; residuals -1/21, 8/21, -4/21. R² = 1 - (81/441)/(2/3). Weighted squares of the
  // residuals 1/21,
  // one degree of freedom, t = 12.7062047.
  const {
    line: fitted,
    r2,
    worstMiss,
  } = fitLine([
    { pages: 3, forks: [2] },
    { pages: 1, forks: [1] },
    { pages: 2, forks: [9, 1.5, 2] },
  ]);
  const half = ({ low, high }: IntervalEstimate) => (high - low) / 2;
  assertNear(fitted.perPage.point, 4 / 7);
  assertNear(fitted.fixed.point, 10 / 21);
  assertNear(half(fitted.perPage), 12.7062047 * Math.sqrt(1 / 21 / (7 / 8)), 1e-7);
  assertNear(
    half(fitted.fixed),
    12.7062047 * Math.sqrt((1 / 21) * (1 / (3 / 2) + (3 / 2) ** 2 / (7 / 8))),
    1e-7,
  );
  assertNear(r2 ?? 0, 71 / 98);
  assert.equal(worstMiss.pages, 2);
  assertNear(worstMiss.fraction, 4 / 21);
});

test('equal times are a flat line, which has no R²', () => {
  const model = fitCostModel(exact(doubling, () => 80));
  assert.equal(model.kind, 'line');
  assert.equal(model.r2, undefined);
  assertNear(timeAt(model, 12), 80);
});

for (const forks of [1, 5]) {
  test(`intervals cover the truth in 95 % of simulations, ${forks} forks a size`, (context) => {
    const random = createRandom(forks);
    const trials = 2000;
    const covered = { fixed: 0, perPage: 0 };
    const holds = ({ low, high }: IntervalEstimate, truth: number) => Number(low <= truth && truth <= high);
    for (let trial = 0; trial < trials; trial++) {
      const { fixed, perPage } = fitLine(noisy(doubling, line, { random, forks })).line;
      covered.fixed += holds(fixed, 900) / trials;
      covered.perPage += holds(perPage, 45) / trials;
    }
    context.diagnostic(JSON.stringify(covered));
    for (const fraction of Object.values(covered))
      assert.ok(fraction > 0.93 && fraction < 0.97, `${fraction}`);
  });
}

/** The fraction of simulations in which a knee is found. */
function kneeFraction(
  sizes: readonly number[],
  time: (pages: number) => number,
  { spread, trials, at }: { spread?: number; trials: number; at?: number },
): number {
  const random = createRandom(5);
  let found = 0;
  for (let trial = 0; trial < trials; trial++) {
    const model = fitCostModel(noisy(sizes, time, { random, ...(spread !== undefined && { spread }) }));
    if (model.kind === 'knee' && (at === undefined || model.knee.after === at)) found++;
  }
  return found / trials;
}

test('a jump is found through noise, where it is', (context) => {
  const fraction = kneeFraction(aroundFlush, flush, { trials: 200, at: 33 });
  context.diagnostic(`${fraction}`);
  assert.ok(fraction > 0.95, `${fraction}`);
});

for (const sizes of [doubling.slice(0, 6), doubling, aroundFlush]) {
  for (const spread of [0.02, 0.1]) {
    test(`noise of ${spread} around a line has no knee, ${sizes.length} sizes`, (context) => {
      const fraction = kneeFraction(sizes, line, { spread, trials: 2000 });
      context.diagnostic(`${fraction}`);
      assert.ok(fraction < 0.02, `${fraction}`);
    });
  }
}

test('fewer than three sizes a piece have no knee', () => {
  assert.equal(fitCostModel(exact([1, 2, 33, 34, 64], flush)).kind, 'line');
  const late = fitCostModel(exact([1, 2, 4, 8, 16, 33, 34, 64], flush));
  assert.ok(late.kind === 'line' || late.knee.after < 33);
});

test('what cannot be fitted is refused', () => {
  const refused: [points: SizeTimes[], message: RegExp][] = [
    [exact([1, 2], line), /at least 3 sizes/],
    [exact([1, 2, 2, 4], line), /^pages=2 is there twice$/],
    [exact([0, 1, 2], line), /^pages=0 is no size$/],
    [exact([1, 2, 3], (pages) => pages - 1), /^0 ns is no time \(pages=1\)$/],
    [exact([1, 2, 3], () => Number.NaN), /^NaN ns is no time/],
    [[...exact([1, 2], line), { pages: 3, forks: [] }], /no values/],
  ];
  for (const [points, message] of refused)
    assert.throws(() => fitLine(points), { name: 'RangeError', message });
});

const lineOf = (fixed: number, perPage: number): LineModel['line'] => {
  const known = (point: number) => ({ point, low: point, high: point, confidence: 0.95 });
  return { fixed: known(fixed), perPage: known(perPage) };
};
const closeness = { r2: 1, worstMiss: { pages: 1, fraction: 0 } };
const straight = (fixed: number, perPage: number): CostModel => ({
  kind: 'line',
  line: lineOf(fixed, perPage),
  ...closeness,
});
const bent = (
  below: readonly [number, number],
  [after, before]: readonly [number, number],
  above: readonly [number, number],
): KneeModel => ({
  kind: 'knee',
  knee: { after, before, p: 0.001 },
  below: lineOf(...below),
  above: lineOf(...above),
  ...closeness,
});

test('lines cross once, or not within the sizes, or never', () => {
  const [a, b] = [straight(100, 10), straight(40, 20)];
  assert.deepEqual(crossings(a, b, 1, 256), [{ pages: 6, fasterBelow: 'b', how: 'meeting' }]);
  assert.deepEqual(crossings(b, a, 1, 256), [{ pages: 6, fasterBelow: 'a', how: 'meeting' }]);
  assert.deepEqual(crossings(a, b, 8, 256), []);
  assert.deepEqual(crossings(a, b, 6, 256), []);
  assert.deepEqual(crossings(a, straight(90, 10), 1, 256), []);
  assert.deepEqual(crossings(a, a, 1, 256), []);
});

test('a jump past the other model crosses it, and the lines after it may cross again', () => {
  // 10 a page up to 32 pages; 1000 + 1 a page from 64 on; against 500 + 5 a page: 320 < 660 at 32 pages, 1045 >
  // 726 at
  // the geometric mean 45.25, equal at 125.
  const model = bent([0, 10], [32, 64], [1000, 1]);
  const other = straight(500, 5);
  assert.deepEqual(crossings(model, other, 1, 256), [
    { pages: Math.sqrt(32 * 64), fasterBelow: 'a', how: 'jump' },
    { pages: 125, fasterBelow: 'b', how: 'meeting' },
  ]);
  assert.deepEqual(crossings(other, model, 64, 256), [{ pages: 125, fasterBelow: 'a', how: 'meeting' }]);
});

test('lines that meet at a knee cross there once, or only touch', () => {
  // The knee of 16 and 64 is at 32, where both are 320.
  const other = straight(320, 0);
  const [through, back] = [bent([0, 10], [16, 64], [256, 2]), bent([0, 10], [16, 64], [352, -1])];
  assert.deepEqual(crossings(through, other, 1, 256), [{ pages: 32, fasterBelow: 'a', how: 'meeting' }]);
  assert.deepEqual(crossings(back, other, 1, 256), []);
});

test('where models cross their times are equal, and the faster changes', () => {
  const model = fc
    .tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1, max: 99 }))
    .map(([fixed, perPage]) => straight(fixed, perPage));
  fc.assert(
    fc.property(model, model, (a, b) => {
      for (const { pages, fasterBelow } of crossings(a, b, 1, 256)) {
        assertNear(timeAt(a, pages), timeAt(b, pages));
        assert.equal(fasterBelow, timeAt(a, pages / 2) < timeAt(b, pages / 2) ? 'a' : 'b');
        assert.notEqual(fasterBelow, timeAt(a, pages * 2) < timeAt(b, pages * 2) ? 'a' : 'b');
      }
    }),
  );
});

const linesOf = (model: CostModel) => (model.kind === 'line' ? [model.line] : [model.below, model.above]);

test('a factor scales the coefficients and their bounds; R², the worst miss and the knee stay', () => {
  const factor = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom(line, flush), factor, (seed, time, by) => {
      const points = noisy(aroundFlush, time, { random: createRandom(seed), forks: 2 });
      const plain = fitCostModel(points);
      const scaled = fitCostModel(
        points.map(({ pages, forks }) => ({ pages, forks: forks.map((ns) => ns * by) })),
      );
      assertNear(scaled.r2 ?? 0, plain.r2 ?? 0);
      assert.equal(scaled.worstMiss.pages, plain.worstMiss.pages);
      assertNear(scaled.worstMiss.fraction, plain.worstMiss.fraction);
      assert.deepEqual(scaled.kind === 'knee' && scaled.knee, plain.kind === 'knee' && plain.knee);
      for (const [index, { fixed, perPage }] of linesOf(plain).entries()) {
        const other = linesOf(scaled)[index];
        for (const key of ['low', 'point', 'high'] as const) {
          assert.ok(near((other?.fixed[key] ?? 0) / by, fixed[key]));
          assert.ok(near((other?.perPage[key] ?? 0) / by, perPage[key]));
        }
      }
    }),
  );
});

test('the order of sizes and forks does not matter', () => {
  const points = noisy(aroundFlush, flush, { random: createRandom(3), forks: 3 });
  const turned = points.toReversed().map(({ pages, forks }) => ({ pages, forks: forks.toReversed() }));
  assert.deepEqual(fitCostModel(turned), fitCostModel(points));
});
