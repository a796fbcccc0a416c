import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calibrate } from '../../src/runner/sampler.ts';

/** A program whose iterations take 500 ns; the batches at these turns are interrupted for 10 ms. */
function program(interrupted: readonly number[] = []) {
  let turn = 0;
  return {
    batch: async (iterations: number) => ({
      nanoseconds: iterations * 500 + (interrupted.includes(turn++) ? 10e6 : 0),
      executed: 0,
      stale: 0,
    }),
  };
}

test('a batch gets as many iterations as take the time asked for', async () => {
  assert.equal(await calibrate(program(), 2), 4000);
  assert.equal(await calibrate(program(), 20), 40_000);
  assert.equal(await calibrate(program(), 1e-6), 1);
});

test('an interruption of a short batch is not taken for its length', async () => {
  assert.equal(await calibrate(program([0]), 2), 4000);
  assert.equal(await calibrate(program([1, 4]), 2), 4000);
  assert.equal(await calibrate(program([0, 1]), 2), 4000);
});
