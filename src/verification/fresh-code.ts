import { withProgram } from '../program/engine.ts';
import { NativeCode, type NativeProgram } from '../program/native/engine.ts';
import { type CheckResult, resultOf, type Subject } from './check-result.ts';

/** Iterations of a batch at most: one step after the other from outside, and by the loop. */
const most = { stepped: 30, looped: 5000, emulated: 500 } as const;
const batches = 3;

/**
 * Fewer iterations of large modules, so that the checks take seconds and not minutes. `calls` are those of an
 * iteration.
 */
function iterationsFor(calls: number, atMost: number): number {
  return Math.min(atMost, Math.max(5, Math.round(1e6 / calls)));
}

/**
 * Whether the code that was just written is the code that runs: every page of every iteration carries a value
 * of its own, and every call must return it. Writes that went elsewhere and stale instruction caches are
 * counted.
 */
export async function checkFreshCode(subject: Subject): Promise<CheckResult> {
  const { target, program, stamped, layout, isEmulated } = subject;
  using code = await NativeCode.load(target, { program, content: stamped, layout }, program.iteration);
  const calls = { executed: 0, stale: 0 };
  const callsOfIteration = program.module.pages * program.loads;
  const stepped = iterationsFor(callsOfIteration, most.stepped);
  const looped = iterationsFor(callsOfIteration, isEmulated ? most.emulated : most.looped);
  const runs = [
    { count: stepped, batchOf: (running: NativeProgram) => running.batchStepByStep(stepped) },
    { count: looped, batchOf: (running: NativeProgram) => running.batch(looped) },
  ];
  for (const { batchOf } of runs) {
    await withProgram(code, async (running) => {
      for (let batch = 0; batch < batches; batch++) {
        const { executed, stale } = await batchOf(running);
        calls.executed += executed;
        calls.stale += stale;
      }
    });
  }
  const { executed, stale } = calls;
  const rounds = runs.reduce((sum, { count }) => sum + count, 0);
  const expected = batches * rounds * callsOfIteration;
  const faults = [
    ...(stale > 0 ? [`${stale} of ${executed} calls ran other code than what was just written`] : []),
    ...(executed !== expected ? [`${executed} calls were made, not ${expected}`] : []),
  ];
  return resultOf('fresh code', faults, `${executed} calls, each returned its own stamp`);
}
