import type { RunningProgram } from '../program/engine.ts';
import type { ForkReport } from './message.ts';
import { Sampler, type SamplerOptions } from './sampler.ts';
import { repeat } from './task.ts';

/**
 * Milliseconds that a batch takes at most. What runs between two batches reaches into the next: from 2 ms on that is
 * under what can be measured (docs/accuracy.md).
 */
const longestBatch = 20;

/** Milliseconds below which a batch is too short against the clock and what surrounds it. */
const shortestBatch = 2;

/** Samples that a fork should hold even if its time is short. */
const leastSamples = 10;

/**
 * Measures programs, each given as what sets it up, for `time` milliseconds each, in one tinybench task. A call of the task is one batch; of two programs
 * it is a block of four, ABBA and BAAB by turns, so that what changes slowly cancels in the ratio of their samples.
 */
export function measure(
  starts: readonly (() => RunningProgram)[],
  name: string,
  time: number,
  options: SamplerOptions = {},
): ForkReport[] {
  const length = Math.min(longestBatch, Math.max(shortestBatch, time / leastSamples));
  const samplers = starts.map((start) => new Sampler(start, length, options));
  const batches = samplers.length === 1 ? 1 : 2;
  let forward = [...samplers];

  const block = (isMeasured: boolean) => {
    const order = batches === 1 ? forward : [...forward, ...forward.toReversed()];
    forward = forward.toReversed();
    const taken = order.map((sampler) => ({ sampler, sample: sampler.take() }));
    // All or none, so that samples of one index belong together.
    if (isMeasured && taken.every(({ sample }) => sample.isInPlace)) {
      for (const { sampler, sample } of taken) sampler.keep(sample);
    }
    return taken.reduce((sum, { sample }) => sum + sample.nanoseconds, 0);
  };

  repeat(name, block, { time: time * starts.length, calls: leastSamples / batches });
  return samplers.map((sampler) => sampler.report());
}
