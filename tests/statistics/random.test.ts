import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, splitmix32, xoshiro128 } from '../../src/statistics/random.ts';

test('xoshiro128** gives the reference output for the state 1, 2, 3, 4', () => {
  const next = xoshiro128([1, 2, 3, 4]);
  // The vector of rand_xoshiro (Rust), printed by the authors' C.
  const expected = [
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
  ];
  assert.deepEqual(
    expected.map(() => next()),
    expected,
  );
});

test("splitmix32 mixes as MurmurHash3's fmix32", () => {
  const fmix32 = (input: bigint) => {
    const low = (value: bigint) => value & 0xffffffffn;
    let h = low(input);
    h = low((h ^ (h >> 16n)) * 0x85ebca6bn);
    h = low((h ^ (h >> 13n)) * 0xc2b2ae35n);
    return Number(h ^ (h >> 16n));
  };
  for (const seed of [0, 1, 42, 0x7fffffff, 0xffffffff]) {
    const next = splitmix32(seed);
    for (let step = 1n; step <= 10n; step++) assert.equal(next(), fmix32(BigInt(seed) + step * 0x9e3779b9n));
  }
});

test('a seed is a sequence, another seed another one', () => {
  const sequence = (seed: number) => {
    const random = createRandom(seed);
    return Array.from({ length: 20 }, () => random.next());
  };
  assert.deepEqual(sequence(7), sequence(7));
  assert.notDeepEqual(sequence(7), sequence(8));
  assert.notDeepEqual(sequence(0), sequence(2 ** 31));
});

test('numbers are in [0, 1) with the mean and variance of a uniform distribution', () => {
  const random = createRandom(3);
  const values = Array.from({ length: 20_000 }, () => random.next());
  assert.ok(values.every((value) => value >= 0 && value < 1));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  // Standard errors are 0.002 and 0.0005.
  assert.ok(Math.abs(mean - 1 / 2) < 0.01);
  assert.ok(Math.abs(variance - 1 / 12) < 0.003);
});

test('integers fall on every value below n alike', () => {
  const random = createRandom(11);
  const counts = new Array<number>(7).fill(0);
  for (let draw = 0; draw < 14_000; draw++) {
    const value = random.integer(7);
    counts[value] = (counts[value] ?? 0) + 1;
  }
  // Chi-squared with 6 degrees of freedom is below 22.5 with 99.9 % probability.
  assert.ok(counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0) < 22.5, `${counts}`);
  assert.equal(random.integer(1), 0);
});

test('shuffle keeps every item, leaves its argument alone and reaches every order', () => {
  const random = createRandom(5);
  const items = Object.freeze(['a', 'b', 'c']);
  const orders = new Map<string, number>();
  for (let draw = 0; draw < 6000; draw++) {
    const order = random.shuffle(items).join('');
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  assert.deepEqual([...orders.keys()].sort(), ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  assert.ok(
    [...orders.values()].every((count) => count > 850 && count < 1150),
    `${[...orders.values()]}`,
  );
  assert.deepEqual(items, ['a', 'b', 'c']);
  assert.deepEqual(random.shuffle([]), []);
});
