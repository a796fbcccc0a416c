import { currentCpu } from '../system/affinity.ts';
import { readInterrupts } from '../system/interrupts.ts';
import { countMappings } from '../system/maps.ts';
import { openPerfEvents, type PerfEvents, perfEventNames, scaledCount } from '../system/perf-events.ts';
import { threadUsage } from '../system/rusage.ts';
import { readVmstat } from '../system/vmstat.ts';
import type { Counts } from './message.ts';

/** Events that need a PMU; the kernel's software events say what getrusage says, but for faults inside system calls. */
const hardwareEvents = perfEventNames.filter(
  (name) => !['page-faults', 'context-switches', 'cpu-migrations'].includes(name),
);

/** A reading from which the next one is taken off. */
type Reading = Readonly<Record<string, number>>;

/**
 * Reads what the kernel and the processor count around batches. What is dear to read and counts the whole machine lies
 * outside of the warm-up, what is cheap and counts this thread right around the batch.
 */
export class Counters {
  readonly #perf: PerfEvents = openPerfEvents(hardwareEvents);
  readonly #sums: Record<string, number> = {};
  readonly #missing: Record<string, string> = { ...this.#perf.missing };
  #kept = 0;
  #mappings: Counts['mappings'] = { before: 0, after: 0 };

  /** System-wide counts and the mappings of this process. */
  outer(): Reading {
    const { tlbShootdowns, functionCalls, missing } = readInterrupts(currentCpu());
    Object.assign(this.#missing, missing);
    return {
      // Those of other CPUs: an interrupt that this thread causes is somebody else's.
      ...(tlbShootdowns && { tlbShootdowns: tlbShootdowns.others }),
      ...(functionCalls && { functionCalls: functionCalls.others }),
      ...readVmstat(),
      mappings: countMappings(),
    };
  }

  /** Counts of this thread, but those of the processor. */
  inner(): Reading {
    return { ...threadUsage() };
  }

  /** The processor's counters, as they stand. */
  events(): ReturnType<PerfEvents['readings']> {
    return this.#perf.readings();
  }

  /** The counts an iteration between two readings of a kind. */
  static between(before: Reading, after: Reading, iterations: number): Record<string, number> {
    return Object.fromEntries(
      Object.entries(after).map(([name, count]) => [name, (count - (before[name] ?? 0)) / iterations]),
    );
  }

  /** The same for the processor's counters. */
  static eventsBetween(
    before: ReturnType<PerfEvents['readings']>,
    after: ReturnType<PerfEvents['readings']>,
    iterations: number,
  ): Record<string, number> {
    return Object.fromEntries(
      Object.entries(after).flatMap(([name, reading]) => {
        const count = scaledCount(reading, before[name as keyof typeof before]);
        return count === undefined ? [] : [[name, count / iterations]];
      }),
    );
  }

  /** Keeps the counts of one sample. */
  keep(perIteration: Readonly<Record<string, number>>, mappings: Counts['mappings']): void {
    this.#kept++;
    this.#mappings = mappings;
    for (const [name, count] of Object.entries(perIteration))
      this.#sums[name] = (this.#sums[name] ?? 0) + count;
  }

  /** The mean of what was kept. */
  report(): Counts {
    const means = Object.entries(this.#sums).map(([name, sum]) => [name, sum / this.#kept]);
    return { perIteration: Object.fromEntries(means), mappings: this.#mappings, missing: this.#missing };
  }

  close(): void {
    this.#perf.close();
  }
}
