import type { Start } from '../program/engine.ts';
import { NativeProgram } from '../program/native/engine.ts';
import { allowedCpus } from '../system/affinity.ts';
import type { Architecture } from '../system/architecture.ts';
import { loadContent } from '../workloads/load.ts';
import { ret } from '../workloads/ret.ts';
import type { Case } from './case.ts';
import { type Companion, companionProgram } from './companions.ts';
import type { ThreadPlan, ThreadStarts } from './crew.ts';

/** How long to measure, and on which CPUs. */
interface Stretch {
  /** Milliseconds. */
  readonly time: number;
  readonly cpus?: readonly number[];
}

/** Measures a case with threads: `loading` is what its loading threads do. */
export function runThreads<T>(
  measureWith: (starts: ThreadStarts, plan: ThreadPlan, time: number, architecture: Architecture) => T,
  loading: Start,
  { threads, others = 'load', pageSize }: Case,
  { time, cpus = allowedCpus() }: Stretch,
): T {
  const { architecture } = loading;
  const resting = (companion: Companion) => (): NativeProgram => {
    const program = companionProgram(companion, pageSize);
    const content = loadContent(ret, program.module.pages * pageSize, architecture);
    return NativeProgram.start({ program, content, layout: 'kernel', architecture });
  };
  const starts = {
    load: () => NativeProgram.start(loading),
    companion: resting(others === 'load' ? 'compute' : others),
    compute: resting('compute'),
  };
  return measureWith(starts, { threads, others, cpus }, time, architecture);
}
