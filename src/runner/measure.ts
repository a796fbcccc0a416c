import { Bench } from 'tinybench';
import type { RunningProgram } from '../program/engine.ts';
import type { ForkReport } from './message.ts';
import { Sampler } from './sampler.ts';

/**
 * Milliseconds that a batch takes at most. What runs between two batches reaches into the next: from 2 ms on that is
 * under what can be measured (docs/accuracy.md).
 */
const longestBatch = 20;

/** Milliseconds below which a batch is too short against the clock and what surrounds it. */
const shortestBatch = 2;

/** Samples that a fork should hold even if its time is short. */
const leastSamples = 10;

const nsPerMs = 1e6;

/**
 * Measures programs, each given as what sets it up, for `time` milliseconds each, in one tinybench task. A call of the task is one batch; of two programs
 * it is a block of four, ABBA and BAAB by turns, so that what changes slowly cancels in the ratio of their samples.
 */
export function measure(starts: readonly (() => RunningProgram)[], name: string, time: number): ForkReport[] {
  const length = Math.min(longestBatch, Math.max(shortestBatch, time / leastSamples));
  const samplers = starts.map((start) => new Sampler(start, length));
  const batches = samplers.length === 1 ? 1 : 2;
  let isMeasured = false;
  let forward = [...samplers];

  const block = () => {
    const order = batches === 1 ? forward : [...forward, ...forward.toReversed()];
    forward = forward.toReversed();
    const taken = order.map((sampler) => ({ sampler, sample: sampler.take() }));
    // All or none, so that samples of one index belong together.
    if (isMeasured && taken.every(({ sample }) => sample.isInPlace)) {
      for (const { sampler, sample } of taken) sampler.keep(sample);
    }
    const nanoseconds = taken.reduce((sum, { sample }) => sum + sample.nanoseconds, 0);
    return { overriddenDuration: nanoseconds / nsPerMs, overriddenIterationCost: nanoseconds / nsPerMs };
  };

  const bench = new Bench({
    time: time * starts.length,
    iterations: leastSamples / batches,
    warmupTime: 0,
    warmupIterations: 2,
    throws: true,
  });
  bench.add(name, block, {
    async: false,
    beforeAll: (mode) => {
      isMeasured = mode === 'run';
    },
  });
  bench.runSync();
  return samplers.map((sampler) => sampler.report());
}
