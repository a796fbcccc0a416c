import { Bench } from 'tinybench';
import type { RunningProgram } from '../program/engine.ts';
import { currentCpu } from '../system/affinity.ts';
import { threadUsage } from '../system/rusage.ts';
import type { ForkReport } from './message.ts';

/**
 * Milliseconds that a batch aims at. What runs between two batches reaches into the next: 20 ms keep it under what
 * can be measured (docs/accuracy.md).
 */
const batchTime = 20;

/** Samples that a fork should hold even if its time is short. */
const leastSamples = 10;

/** Milliseconds below which a batch is too short against the clock and what surrounds it. */
const leastBatchTime = 1;

const nsPerMs = 1e6;

/** Iterations a batch, so that a batch takes `milliseconds`: doubled from 1 until the clock can tell. */
export function calibrate(program: RunningProgram, milliseconds: number): number {
  const wanted = milliseconds * nsPerMs;
  for (let iterations = 1; ; iterations *= 2) {
    const { nanoseconds } = program.batch(iterations);
    if (nanoseconds >= wanted / 4) return Math.max(1, Math.round((iterations * wanted) / nanoseconds));
  }
}

/** Measures a program for `time` milliseconds: one tinybench task, whose call is one batch. */
export function measure(program: RunningProgram, name: string, time: number): ForkReport {
  const length = Math.min(batchTime, Math.max(leastBatchTime, time / leastSamples));
  const iterationsPerSample = calibrate(program, length);
  const samples: number[] = [];
  const faults = { minor: 0, major: 0 };
  let isMeasured = false;

  const sample = () => {
    const before = threadUsage();
    const { nanoseconds } = program.batch(iterationsPerSample);
    const after = threadUsage();
    const perIteration = nanoseconds / iterationsPerSample;
    if (!program.inPlace()) program.placeAgain();
    else if (isMeasured) {
      // tinybench sorts its own copy, and the order tells of drift.
      samples.push(perIteration);
      faults.minor += after.minorFaults - before.minorFaults;
      faults.major += after.majorFaults - before.majorFaults;
    }
    return { overriddenDuration: perIteration / nsPerMs, overriddenIterationCost: nanoseconds / nsPerMs };
  };

  const bench = new Bench({
    time,
    iterations: leastSamples,
    warmupTime: 0,
    warmupIterations: 2,
    throws: true,
  });
  bench.add(name, sample, {
    async: false,
    beforeAll: (mode) => {
      isMeasured = mode === 'run';
    },
  });
  bench.runSync();

  const addresses = Object.entries(program.addresses()).map(([key, value]) => [
    key,
    `0x${value.toString(16)}`,
  ]);
  return {
    pid: process.pid,
    cpu: currentCpu(),
    iterationsPerSample,
    samples,
    addresses: Object.fromEntries(addresses),
    minorFaults: faults.minor,
    majorFaults: faults.major,
    iterations: samples.length * iterationsPerSample,
  };
}
