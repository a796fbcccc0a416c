import { currentCpu } from '../system/affinity.ts';
import { readInterrupts } from '../system/interrupts.ts';
import { countMappings } from '../system/maps.ts';
import { processUsage } from '../system/rusage.ts';
import type { Counts } from './message.ts';

/** Sums what the kernel counts for all threads of the process, and the interrupts of all CPUs, over stretches of a run. */
export class ProcessCounters {
  readonly #sums: Record<string, number> = {};
  #missing: Readonly<Record<string, string>> = {};
  #mappings: Counts['mappings'] = { before: 0, after: 0 };

  /** Runs `body` and returns what it returns, and how to keep what was counted meanwhile. */
  around<T>(body: () => T): { readonly result: T; readonly keep: () => void } {
    const mappingsBefore = countMappings();
    const before = this.#read();
    const result = body();
    const after = this.#read();
    const mappings = { before: mappingsBefore, after: countMappings() };
    return {
      result,
      keep: () => {
        this.#mappings = mappings;
        for (const [name, count] of Object.entries(after))
          this.#sums[name] = (this.#sums[name] ?? 0) + count - (before[name] ?? 0);
      },
    };
  }

  /** Means a load. */
  report(loads: number): Counts {
    const means = Object.entries(this.#sums).map(([name, sum]) => [name, sum / loads]);
    return { perIteration: Object.fromEntries(means), mappings: this.#mappings, missing: this.#missing };
  }

  #read(): Record<string, number> {
    const { tlbShootdowns, functionCalls, missing } = readInterrupts(currentCpu());
    this.#missing = { ...missing };
    return {
      ...processUsage(),
      ...(tlbShootdowns && { tlbShootdowns: tlbShootdowns.total }),
      ...(functionCalls && { functionCalls: functionCalls.total }),
    };
  }
}
