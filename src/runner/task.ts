import { Bench } from 'tinybench';

const nsPerMs = 1e6;

/** How long a task is repeated: milliseconds of its own, and calls at least. */
export interface TaskOptions {
  readonly time: number;
  readonly calls: number;
}

/**
 * Repeats a block of batches as one tinybench task. The block returns the nanoseconds that its loops took by their own
 * clock, and is told whether it counts: the first two calls are warm-up.
 */
export function repeat(
  name: string,
  block: (isMeasured: boolean) => number,
  { time, calls }: TaskOptions,
): void {
  let isMeasured = false;
  const bench = new Bench({ time, iterations: calls, warmupTime: 0, warmupIterations: 2, throws: true });
  const task = () => {
    const milliseconds = block(isMeasured) / nsPerMs;
    return { overriddenDuration: milliseconds, overriddenIterationCost: milliseconds };
  };
  bench.add(name, task, {
    async: false,
    beforeAll: (mode) => {
      isMeasured = mode === 'run';
    },
  });
  bench.runSync();
}
