import type { LoadedCode } from '../program/engine.ts';
import type { ForkReport } from './message.ts';
import { Sampler, type SamplerOptions } from './sampler.ts';
import { repeat } from './task.ts';

/**
 * Milliseconds that a batch takes at most. What runs between two batches reaches into the next: from 2 ms on that is
 * under what can be measured (docs/accuracy.md).
 */
const maxBatch = 20;

/** Milliseconds below which a batch is too short against the clock and what surrounds it. */
const minBatch = 2;

/** Samples that a fork should hold even if its time is short. */
const minSamples = 10;

/** A program to measure. */
export interface Measured extends Pick<SamplerOptions, 'iterations' | 'keepsPlacement' | 'warmUp'> {
  readonly code: LoadedCode;
}

/**
 * Measures programs for `time` milliseconds each, in one tinybench task. A call of the task is one batch; of two programs
 * it is a block of four, ABBA and BAAB by turns, so that what changes slowly cancels in the ratio of their samples.
 */
export async function measure(
  programs: readonly Measured[],
  name: string,
  { time, cpu }: { readonly time: number; readonly cpu: number },
): Promise<ForkReport[]> {
  const length = Math.min(maxBatch, Math.max(minBatch, time / minSamples));
  const samplers: Sampler[] = [];
  for (const { code, ...options } of programs)
    samplers.push(await Sampler.of(code, { cpu, length, ...options }));
  const batches = samplers.length === 1 ? 1 : 2;
  let forward = [...samplers];

  const block = async () => {
    const order = batches === 1 ? forward : [...forward, ...forward.toReversed()];
    forward = forward.toReversed();
    const taken: { sampler: Sampler; sample: Awaited<ReturnType<Sampler['take']>> }[] = [];
    for (const sampler of order) taken.push({ sampler, sample: await sampler.take() });
    // All or none, so that samples of one index belong together.
    if (taken.every(({ sample }) => sample.isInPlace)) {
      for (const { sampler, sample } of taken) sampler.keep(sample);
    }
    return taken.reduce((sum, { sample }) => sum + sample.nanoseconds, 0);
  };

  await repeat(name, block, { time: time * programs.length, calls: minSamples / batches });
  const reports: ForkReport[] = [];
  for (const sampler of samplers) reports.push(await sampler.report());
  return reports;
}
