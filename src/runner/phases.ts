import { describeStep, stepName } from '../program/describe.ts';
import type { NativeProgram } from '../program/native/engine.ts';
import { exposureDuring } from '../program/protections.ts';
import type { PhasesReport } from './message.ts';
import { calibrate } from './sampler.ts';
import { repeat } from './task.ts';

/** Milliseconds of a batch, and batches at least. */
const batchLength = 5;
const leastSamples = 10;

/** The share of a batch's iterations that run before it in a fresh placement. */
const warmUpShare = 0.1;

/**
 * Samples of where an iteration's time goes, for `time` milliseconds; every sample has a placement of its own. Beside each
 * runs a batch of the plain loop, so that steps are held against an iteration in the same state of the machine.
 */
export function measurePhases(
  start: () => NativeProgram,
  startPlain: () => NativeProgram,
  name: string,
  time: number,
): PhasesReport {
  const { iterations, program } = inPlacement(start, (running) => ({
    iterations: calibrate(running, batchLength),
    program: running.program,
  }));
  const { loads } = program;
  const steps: number[][] = [];
  const reading: number[] = [];
  const plain: number[] = [];

  const sample = (isMeasured: boolean) => {
    const {
      steps: sums,
      empty,
      nanoseconds,
    } = inPlacement(start, (program) => {
      program.batch(Math.ceil(iterations * warmUpShare));
      return program.batchInPhases(iterations);
    });
    const whole = inPlacement(startPlain, (program) => {
      program.batch(Math.ceil(iterations * warmUpShare));
      return program.batch(iterations).nanoseconds;
    });
    if (isMeasured) {
      reading.push(empty / iterations);
      plain.push(whole / iterations / loads);
      for (const [index, sum] of sums.entries()) {
        const own = (sum - empty) / iterations / loads;
        steps[index] = [...(steps[index] ?? []), own];
      }
    }
    return nanoseconds;
  };

  repeat(name, sample, { time, calls: leastSamples });
  const labels = program.iteration.map((step) => ({
    number: step.number,
    name: stepName(step),
    text: describeStep(step),
  }));
  return { labels, exposure: exposureDuring(program), steps, reading, plain };
}

function inPlacement<T>(start: () => NativeProgram, use: (program: NativeProgram) => T): T {
  const program = start();
  try {
    return use(program);
  } finally {
    program.close();
  }
}
