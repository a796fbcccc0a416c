import { describeStep, stepName } from '../program/describe.ts';
import { withProgram } from '../program/engine.ts';
import { exposureDuring } from '../program/exposure.ts';
import type { NativeCode } from '../program/native/engine.ts';
import type { Trace } from '../program/native/instrument.ts';
import { median } from '../statistics/descriptive.ts';
import type { LatencyReport, PhasesReport } from './message.ts';
import { calibrate, countedBatch, repeat } from './sampler.ts';

/** Milliseconds of a batch, and batches at least. */
const batchLength = 5;
const minSamples = 10;

/** The fraction of a batch's iterations that run before it in a fresh placement. */
const warmUpFraction = 0.1;

/**
 * Samples of where an iteration's time goes, for `time` milliseconds; every sample has a placement of its
 * own. Beside each runs a batch of the plain loop, so that steps are held against an iteration in the same
 * state of the machine.
 */
export async function measurePhases(
  instrumented: NativeCode,
  plainCode: NativeCode,
  name: string,
  time: number,
  counted?: { readonly overhead: number },
): Promise<PhasesReport> {
  const { program } = instrumented;
  const { loads } = program;
  const iterations = await withProgram(instrumented, (running) =>
    calibrate(running, counted === undefined ? batchLength : countedBatch),
  );
  const warmUp = Math.ceil(iterations * warmUpFraction);
  const steps: number[][] = [];
  const reading: number[] = [];
  const plain: number[] = [];

  const sample = async () => {
    const phases = await withProgram(instrumented, async (running) => {
      await running.batch(warmUp);
      return running.batchInPhases(iterations);
    });
    const { steps: sums, empty, nanoseconds } = phases;
    const whole = await withProgram(plainCode, async (running) => {
      await running.batch(warmUp);
      return (await running.batch(iterations)).nanoseconds;
    });
    reading.push(empty / iterations);
    plain.push((whole - (counted?.overhead ?? 0)) / iterations / loads);
    for (const [index, sum] of sums.entries()) {
      const own = (sum - empty) / iterations / loads;
      steps[index] = [...(steps[index] ?? []), own];
    }
    return nanoseconds;
  };

  await repeat(name, sample, { time, calls: minSamples });
  const labels = program.iteration.map((step) => ({
    number: step.number,
    name: stepName(step),
    text: describeStep(step),
  }));
  // What an allocator does to its mappings nobody knows.
  const exposure = program.library === undefined ? exposureDuring(program) : [];
  return { labels, exposure, steps, reading, plain };
}

/** Iterations that one trace holds: 128 KiB, which stay in the second-level cache. */
const iterationsPerBatch = 8192;

/** Iterations that are dropped after a fresh placement: first faults, cold caches. */
const warmUpIterations = 100;

const nsPerMs = 1e6;

/** How long single iterations take, for `time` milliseconds, without the reading of the counter. */
export async function measureLatency(code: NativeCode, time: number): Promise<LatencyReport> {
  const times = new LatencyCounts();
  let spent = 0;
  while (spent < time * nsPerMs) {
    const { iterations, empty, nanoseconds } = await withProgram(code, async (program) => {
      await program.batch(warmUpIterations);
      return program.batchTraced(iterationsPerBatch);
    });
    spent += nanoseconds;
    times.add({ iterations, empty });
  }
  return times.report();
}

/** Counts how often iterations took how long, the reading of the counter taken off. */
export class LatencyCounts {
  readonly #counts = new Map<number, number>();
  readonly #readings: number[] = [];

  /** Adds a trace, from which its own reading is taken off. */
  add({ iterations, empty }: Trace): void {
    const reading = median([...empty]);
    this.#readings.push(reading);
    for (const nanoseconds of iterations) {
      const own = Math.max(0, Math.round(nanoseconds - reading));
      this.#counts.set(own, (this.#counts.get(own) ?? 0) + 1);
    }
  }

  report(): LatencyReport {
    return { counts: [...this.#counts].sort(([a], [b]) => a - b), reading: median(this.#readings) };
  }
}
