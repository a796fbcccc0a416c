import { withProgram } from '../program/engine.ts';
import type { NativeCode } from '../program/native/engine.ts';
import type { Trace } from '../program/native/instrument.ts';
import { median } from '../statistics/quantile.ts';
import type { LatencyReport } from './message.ts';

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
