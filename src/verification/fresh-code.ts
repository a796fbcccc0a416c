import { FfiProgram } from '../program/ffi/engine.ts';
import { NativeProgram } from '../program/native/engine.ts';
import { loadContent } from '../workloads/load.ts';
import { stamp } from '../workloads/stamp.ts';
import { type Subject, type Verdict, verdictOf } from './verdict.ts';

/** Iterations of each engine: one step after the other from JavaScript, and batch by batch. */
const iterations = { ffi: 100, native: 5000 } as const;
const batches = 3;

/**
 * Whether the code that was just written is the code that runs: every page of every iteration carries a value of its
 * own, and every call must return it. Writes that went elsewhere and stale instruction caches are counted.
 */
export function checkFreshCode({ program, layout, architecture }: Subject): Verdict {
  const content = loadContent(stamp, 0, architecture);
  const start = { program, content, layout, architecture };
  const calls = { executed: 0, stale: 0 };
  for (const [engine, run] of [
    ['ffi', () => FfiProgram.start(start)],
    ['native', () => NativeProgram.start(start)],
  ] as const) {
    const running = run();
    try {
      for (let batch = 0; batch < batches; batch++) {
        const { executed, stale } = running.batch(iterations[engine]);
        calls.executed += executed;
        calls.stale += stale;
      }
    } finally {
      running.close();
    }
  }
  const { executed, stale } = calls;
  const { module, loads } = program;
  const expected = batches * (iterations.ffi + iterations.native) * module.pages * loads;
  const faults = [
    ...(stale > 0 ? [`${stale} of ${executed} calls ran other code than what was just written`] : []),
    ...(executed !== expected ? [`${executed} calls were made, not ${expected}`] : []),
  ];
  return verdictOf('fresh code', faults, `${executed} calls, each returned its own stamp`);
}
