import { describeStep, stepName } from '../program/describe.ts';
import { withProgram } from '../program/engine.ts';
import type { NativeCode } from '../program/native/engine.ts';
import { exposureDuring } from '../program/protections.ts';
import type { PhasesReport } from './message.ts';
import { calibrate } from './sampler.ts';
import { repeat } from './task.ts';

/** Milliseconds of a batch, and batches at least. */
const batchLength = 5;
const minSamples = 10;

/** The fraction of a batch's iterations that run before it in a fresh placement. */
const warmUpFraction = 0.1;

/**
 * Samples of where an iteration's time goes, for `time` milliseconds; every sample has a placement of its own. Beside each
 * runs a batch of the plain loop, so that steps are held against an iteration in the same state of the machine.
 */
export async function measurePhases(
  instrumented: NativeCode,
  plainCode: NativeCode,
  name: string,
  time: number,
): Promise<PhasesReport> {
  const { program } = instrumented;
  const { loads } = program;
  const iterations = await withProgram(instrumented, (running) => calibrate(running, batchLength));
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
    plain.push(whole / iterations / loads);
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
  return { labels, exposure: exposureDuring(program), steps, reading, plain };
}
