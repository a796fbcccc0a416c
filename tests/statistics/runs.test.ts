import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeOf } from '../../src/statistics/change.ts';
import { createRandom } from '../../src/statistics/random.ts';
import { canTellRuns, differenceOfRuns, memoryAround, type RunValue } from '../../src/statistics/runs.ts';

/** Runs one after the other from a time on. */
const runsFrom = (start: number, logs: readonly number[]): RunValue[] =>
  logs.map((log, index) => ({ at: start + index, log }));

test('runs that do not remember are compared by Student’s t of pooled variance', () => {
  const { difference, standardError, degrees, spread, memory } = differenceOfRuns(
    runsFrom(0, [0, 2, 0, 2]),
    runsFrom(10, [1, 3, 1, 3]),
  );
  assert.deepEqual([difference, degrees, memory], [1, 6, 0]);
  // Squares around the means: 8 in all, of 6 degrees.
  assert.ok(Math.abs(spread - Math.sqrt(8 / 6)) < 1e-12);
  assert.ok(Math.abs(standardError - Math.sqrt((8 / 6) * (1 / 4 + 1 / 4))) < 1e-12);
});

test('one run is held against the others as a prediction: s sqrt(1 + 1/n)', () => {
  const { standardError, degrees } = differenceOfRuns(runsFrom(0, [0, 2, 0, 2, 0]), runsFrom(9, [5]));
  const spread = Math.sqrt(4.8 / 4);
  assert.ok(Math.abs(standardError - spread * Math.sqrt(1 + 1 / 5)) < 1e-12);
  assert.ok(Math.abs(degrees - 4) < 1e-9);
});

test('runs that remember those before them tell less, in blocks; in turn no more than independent ones', () => {
  const drifting = [0, 1, 2, 3, 4, 3, 2, 1, 0, 1];
  const alternating = [0, 4, 1, 3, 2, 0, 4, 1, 3, 2];
  const reach = (logs: readonly number[]) =>
    differenceOfRuns(runsFrom(0, logs.slice(0, 5)), runsFrom(5, logs.slice(5))).standardError;
  assert.ok(reach(drifting) > 1.5 * reach(alternating), `${reach(drifting)}, ${reach(alternating)}`);
  const old = drifting.filter((_, index) => index % 2 === 0).map((log, index) => ({ at: 2 * index, log }));
  const now = drifting
    .filter((_, index) => index % 2 === 1)
    .map((log, index) => ({ at: 2 * index + 1, log }));
  assert.equal(differenceOfRuns(old, now).memory, 0);
});

test('the order of time counts, not the order in which runs are given', () => {
  const [old, now] = [runsFrom(0, [1, 2, 3, 4]), runsFrom(4, [6, 5, 4, 3])];
  assert.deepEqual(differenceOfRuns(old.toReversed(), now.toReversed()), differenceOfRuns(old, now));
});

test('a run whose own forks lie far apart says less, and adds what they leave open', () => {
  const quiet = runsFrom(0, [0, 2, 0, 2, 0]).map((run) => ({ ...run, squaredError: 0.01 }));
  const errorOf = (squaredError: number) =>
    differenceOfRuns(quiet, [{ at: 9, log: 5, squaredError }]).standardError ** 2;
  assert.equal(errorOf(0.03), errorOf(0.01));
  assert.ok(Math.abs(errorOf(9) - errorOf(0.01) - (9 - 0.01)) < 1e-9);
});

test('two runs tell nothing of runs', () => {
  assert.deepEqual([canTellRuns(1, 1), canTellRuns(2, 1), canTellRuns(3, 0)], [false, true, false]);
  assert.throws(() => differenceOfRuns(runsFrom(0, [1]), runsFrom(1, [2])), RangeError);
});

/** How a run deviates from its level, in spreads. */
function remembering(count: number, memory: number, random: ReturnType<typeof createRandom>): number[] {
  let last = random.normal();
  return Array.from({ length: count }, () => {
    const value = last;
    last = memory * last + Math.sqrt(1 - memory ** 2) * random.normal();
    return value;
  });
}

for (const { memory, most } of [
  { memory: 0, most: 6 },
  { memory: 0.5, most: 12 },
])
  test(`of 400 comparisons of five runs without a change at most ${most} say one at 1 %, where runs remember ${memory}`, () => {
    const random = createRandom(5);
    let [found, covered] = [0, 0];
    for (let trial = 0; trial < 400; trial++) {
      const logs = remembering(10, memory, random);
      const difference = differenceOfRuns(runsFrom(0, logs.slice(0, 5)), runsFrom(5, logs.slice(5)));
      const { p, low, high } = changeOf(difference, { threshold: 0 });
      if (p < 0.01) found++;
      if (low <= 0 && 0 <= high) covered++;
    }
    assert.ok(found <= most, `${found}`);
    assert.ok(covered >= 0.92 * 400, `${covered}`);
  });

test('the memory of a series is seen around its levels', () => {
  const random = createRandom(8);
  const independent = remembering(60, 0, random).map((each, index) => each + (index < 30 ? 0 : 20));
  const lasting = remembering(60, 0.8, random).map((each, index) => each + (index < 30 ? 0 : 20));
  assert.ok(memoryAround(independent, 30) < 0.35, `${memoryAround(independent, 30)}`);
  assert.ok(memoryAround(lasting, 30) > 0.5, `${memoryAround(lasting, 30)}`);
});
