import { Bench } from 'tinybench';
import type { NativeProgram } from '../program/native/engine.ts';
import type { PhasesReport } from './message.ts';
import { calibrate } from './sampler.ts';

/** Milliseconds of a batch, and batches at least. */
const batchLength = 5;
const leastSamples = 10;

/** The share of a batch's iterations that run before it in a fresh placement. */
const warmUpShare = 0.1;

const nsPerMs = 1e6;

/** Samples of where an iteration's time goes, for `time` milliseconds; every sample has a placement of its own. */
export function measurePhases(start: () => NativeProgram, name: string, time: number): PhasesReport {
  const iterations = calibrateOnce(start);
  const steps: number[][] = [];
  const reading: number[] = [];
  let isMeasured = false;

  const sample = () => {
    const program = start();
    program.batch(Math.ceil(iterations * warmUpShare));
    const { steps: sums, empty, nanoseconds } = program.batchInPhases(iterations);
    program.close();
    if (isMeasured) {
      reading.push(empty / iterations);
      for (const [index, sum] of sums.entries()) {
        const own = (sum - empty) / iterations;
        steps[index] = [...(steps[index] ?? []), own];
      }
    }
    return { overriddenDuration: nanoseconds / nsPerMs, overriddenIterationCost: nanoseconds / nsPerMs };
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
  return { steps, reading };
}

function calibrateOnce(start: () => NativeProgram): number {
  const program = start();
  try {
    return calibrate(program, batchLength);
  } finally {
    program.close();
  }
}
