import type { NativeProgram } from '../program/native/engine.ts';
import { median } from '../statistics/quantile.ts';
import type { LatencyReport } from './message.ts';

/** Iterations that one trace holds: 128 KiB, which stay in the second-level cache. */
const iterationsPerBatch = 8192;

/** Iterations that are dropped after a fresh placement: first faults, cold caches. */
const warmUpIterations = 100;

const nsPerMs = 1e6;

/** How long single iterations take, for `time` milliseconds, without the reading of the counter. */
export function measureLatency(start: () => NativeProgram, time: number): LatencyReport {
  const counts = new Map<number, number>();
  const readings: number[] = [];
  let spent = 0;
  while (spent < time * nsPerMs) {
    const program = start();
    program.batch(warmUpIterations);
    const { iterations, empty, nanoseconds } = program.batchTraced(iterationsPerBatch);
    program.close();
    spent += nanoseconds;
    const reading = median([...empty]);
    readings.push(reading);
    for (const nanoseconds of iterations) {
      const own = Math.max(0, Math.round(nanoseconds - reading));
      counts.set(own, (counts.get(own) ?? 0) + 1);
    }
  }
  return { counts: [...counts].sort(([a], [b]) => a - b), reading: median(readings) };
}
