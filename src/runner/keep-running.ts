import { type LoadedCode, withProgram } from '../program/engine.ts';
import { calibrate, StaleCodeError } from './sampler.ts';

const nsPerMs = 1e6;

/** Milliseconds: long against what runs between two batches, short against the time asked for. */
const batchLength = 20;

/** Milliseconds for which one placement is looked at: some strategies cost more on other pages. */
const placementLength = 200;

/**
 * Runs a program's loop for about `time` milliseconds, in one placement after the other, and resolves with nanoseconds an
 * iteration. Rejects with a StepFailure where a step fails, a StaleCodeError where other code ran than was loaded.
 */
export async function keepRunning(code: LoadedCode, time: number): Promise<number> {
  let spent = 0;
  let iterations = 0;
  while (spent < time * nsPerMs) {
    await withProgram(code, async (program) => {
      const count = await calibrate(program, batchLength);
      const end = spent + placementLength * nsPerMs;
      while (spent < Math.min(end, time * nsPerMs)) {
        const { nanoseconds, executed, stale } = await program.batch(count);
        if (stale > 0) throw new StaleCodeError(stale, executed);
        spent += nanoseconds;
        iterations += count * program.program.loads;
      }
    });
  }
  return spent / iterations;
}
