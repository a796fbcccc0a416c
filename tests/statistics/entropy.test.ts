import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entropyOf } from '../../src/statistics/entropy.ts';
import { createRandom } from '../../src/statistics/random.ts';

const random = createRandom(4);
const bitsOf = (count: number) =>
  Array.from({ length: count }).reduce<bigint>((bits) => (bits << 1n) | BigInt(random.integer(2)), 0n);
const draws = (count: number, draw: () => bigint) => Array.from({ length: count }, draw);

test('random offsets have as many bits as were drawn, even if sums carry', () => {
  for (const bits of [1, 8, 28, 34]) {
    const { bits: found, isAtLeast } = entropyOf(
      draws(bits + 20, () => 0x7ffff7fff000n - (bitsOf(bits) << 12n)),
    );
    assert.ok(Math.abs(found - bits) < 0.3, `${found}, not ${bits}`);
    assert.equal(isAtLeast, false);
  }
});

test('a constant has none, one of two values one, whatever their distance', () => {
  assert.deepEqual(entropyOf(draws(50, () => 0x5000n)), {
    bits: 0,
    isAtLeast: false,
    distinct: 1,
    draws: 50,
  });
  const oneOfTwo = entropyOf(draws(50, () => (random.next() < 0.5 ? 0n : 0x1234567n)));
  assert.ok(oneOfTwo.bits > 0.9 && oneOfTwo.bits <= 1);
  assert.equal(oneOfTwo.distinct, 2);
});

test('a value that is hardly ever another one has hardly any', () => {
  // Plain entropy of 1 in 50: 0.1414 bits; the correction adds 1 / (100 ln 2).
  const { bits } = entropyOf([...draws(49, () => 0x5000n), 0x123000n]);
  assert.ok(Math.abs(bits - (0.14144 + 0.01443)) < 1e-4, `${bits}`);
});

test('bits that follow from others do not count', () => {
  const mirrored = entropyOf(
    draws(60, () => {
      const bits = bitsOf(10);
      return (bits << 20n) | bits;
    }),
  );
  assert.ok(Math.abs(mirrored.bits - 10) < 0.3, `${mirrored.bits}`);
});

test('few draws tell a lower bound only', () => {
  assert.deepEqual(entropyOf([1n, 2n, 0x40000n]), {
    bits: 2,
    isAtLeast: true,
    distinct: 3,
    draws: 3,
  });
  assert.equal(entropyOf([7n]).bits, 0);
  assert.equal(entropyOf([]).bits, 0);
});
