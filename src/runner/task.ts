import { Bench } from 'tinybench';

const nsPerMs = 1e6;

/** Calls before those that count: a fresh process has cold caches. */
const warmUpCalls = 1;

/** How long a task is repeated: milliseconds of its own, and calls at least. */
export interface TaskOptions {
  readonly time: number;
  readonly calls: number;
}

/**
 * Repeats a block of batches as one tinybench task. The block resolves with the nanoseconds that its loops took by their own
 * clock, and is told whether it counts. Rejects with what the block rejects with.
 */
export async function repeat(
  name: string,
  block: (isMeasured: boolean) => Promise<number>,
  { time, calls }: TaskOptions,
): Promise<void> {
  let isMeasured = false;
  let failure: { readonly error: unknown } | undefined;
  const bench = new Bench({
    time,
    iterations: calls,
    warmupTime: 0,
    warmupIterations: warmUpCalls,
    throws: true,
  });
  const task = async () => {
    try {
      const milliseconds = (await block(isMeasured)) / nsPerMs;
      return { overriddenDuration: milliseconds, overriddenIterationCost: milliseconds };
    } catch (error) {
      // tinybench would wrap it.
      failure = { error };
      throw error;
    }
  };
  bench.add(name, task, {
    async: true,
    beforeAll: (mode) => {
      isMeasured = mode === 'run';
    },
  });
  try {
    await bench.run();
  } catch (error) {
    throw failure === undefined ? error : failure.error;
  }
}
