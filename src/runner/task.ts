import { Bench } from 'tinybench';

const nsPerMs = 1e6;

/** How long a task is repeated: milliseconds of its own, and calls at least. */
export interface TaskOptions {
  readonly time: number;
  readonly calls: number;
}

/**
 * Repeats a block of batches as one tinybench task. The block resolves with the nanoseconds that its loops took by their own
 * clock. All calls count: the first of a process is as fast as the others (docs/statistics.md). Rejects with what the block rejects
 * with.
 */
export async function repeat(
  name: string,
  block: () => Promise<number>,
  { time, calls }: TaskOptions,
): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  const bench = new Bench({ time, iterations: calls, warmup: false, throws: true });
  const task = async () => {
    try {
      const milliseconds = (await block()) / nsPerMs;
      return { overriddenDuration: milliseconds, overriddenIterationCost: milliseconds };
    } catch (error) {
      // tinybench would wrap it.
      failure = { error };
      throw error;
    }
  };
  bench.add(name, task, { async: true });
  try {
    await bench.run();
  } catch (error) {
    throw failure === undefined ? error : failure.error;
  }
}
