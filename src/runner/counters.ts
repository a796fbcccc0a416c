import type { Surroundings } from '../program/engine.ts';
import { parseVmstat, rusage, usageIn, vmstatNames } from '../system/counters.ts';
import { interruptsIn } from '../system/interrupts.ts';
import {
  PERF_FLAG_FD_CLOEXEC,
  type PerfEventName,
  type PerfReading,
  perfEventAttributes,
  perfEventFor,
  perfEventNames,
  perfPolicy,
  perfReadingBytes,
  perfReadingIn,
  scaledCount,
  whyNotOpened,
} from '../system/perf-events.ts';
import { readMaps } from '../target/files.ts';
import { isError, type MeasuredProcess, type Operation, type Region } from '../target/measured-process.ts';
import type { Counts } from './message.ts';

/**
 * Events that need a PMU; the kernel's software events say what getrusage says, but for faults inside system
 * calls.
 */
const hardwareEvents = perfEventNames.filter(
  (name) => !['page-faults', 'context-switches', 'cpu-migrations'].includes(name),
);

/** Counts by name. */
type Reading = Readonly<Record<string, number>>;

/** Whose faults, times and switches are counted: the thread's that runs batches, or those of all threads. */
export type Counted = 'thread' | 'process';

/**
 * Offsets in the memory that readings are written to: two structs rusage, then two readings of each event.
 */
const usageStride = 256;
const eventsAt = 2 * usageStride;
const eventStride = 64;

/**
 * Reads what the kernel and the processor count around batches. What is expensive to read and counts the
 * whole machine lies outside of the warm-up, what is cheap and counts the measured process right around the
 * batch.
 */
export class Counters implements AsyncDisposable {
  readonly #target: MeasuredProcess;
  readonly #cpu: number;
  readonly #counted: Counted;
  readonly #memory: Region;
  /** Descriptors in the measured process. */
  readonly #events: ReadonlyMap<PerfEventName, number>;
  readonly #missing: Record<string, string>;
  readonly #sums = new Map<string, { sum: number; weight: number; samples: number }>();
  #samples = 0;
  #mappings: Counts['mappings'] = { before: 0, after: 0 };

  private constructor(
    target: MeasuredProcess,
    cpu: number,
    counted: Counted,
    { events, missing }: { events: Map<PerfEventName, number>; missing: Record<string, string> },
  ) {
    this.#target = target;
    this.#cpu = cpu;
    this.#counted = counted;
    this.#events = events;
    this.#missing = missing;
    this.#memory = target.allocate(eventsAt + 2 * eventStride * events.size);
  }

  /** `cpu` is the one that the measured thread runs on. Never rejects for what cannot be counted. */
  static async open(target: MeasuredProcess, cpu: number, counted: Counted): Promise<Counters> {
    const opened = counted === 'thread' ? await openEvents(target) : { events: new Map(), missing: {} };
    return new Counters(target, cpu, counted, opened);
  }

  /** System-wide counts. */
  async outer(): Promise<Reading> {
    const interrupts = await this.#target.readText('/proc/interrupts');
    const { tlbShootdowns, functionCalls, missing } = interruptsIn(interrupts, this.#cpu);
    Object.assign(this.#missing, missing);
    // Those of other CPUs: an interrupt that the one thread causes is somebody else's.
    const count = this.#counted === 'thread' ? 'others' : 'total';
    return {
      ...(tlbShootdowns && { tlbShootdowns: tlbShootdowns[count] }),
      ...(functionCalls && { functionCalls: functionCalls[count] }),
      ...(this.#counted === 'thread' &&
        parseVmstat((await this.#target.readText('/proc/vmstat')) ?? '', vmstatNames)),
    };
  }

  /** How many mappings (VMAs) the measured process has. */
  async mappings(): Promise<number> {
    return (await readMaps(this.#target)).split('\n').length - 1;
  }

  /** What reads the counters of the measured process around a batch. */
  surroundings(warmUp = 0): Surroundings {
    return {
      warmUp,
      before: [...this.#readEvents(0), this.#readUsage(0)],
      after: [this.#readUsage(1), ...this.#readEvents(1)],
    };
  }

  /** What was counted between the two, an iteration. */
  inner(iterations: number): Reading {
    const [before, after] = [usageIn(this.#usageBytes(0)), usageIn(this.#usageBytes(1))];
    const counts: Record<string, number> = { ...between({ ...before }, { ...after }, iterations) };
    for (const [index, name] of [...this.#events.keys()].entries()) {
      const count = scaledCount(this.#eventReading(index, 1), this.#eventReading(index, 0));
      if (count !== undefined) counts[name] = count / iterations;
    }
    return counts;
  }

  /** Keeps counts an iteration; each name's mean is over what was kept of it, each time with a weight. */
  keep(perIteration: Reading, weight = 1): void {
    this.#samples++;
    for (const [name, count] of Object.entries(perIteration)) {
      const known = this.#sums.get(name) ?? { sum: 0, weight: 0, samples: 0 };
      this.#sums.set(name, {
        sum: known.sum + count * weight,
        weight: known.weight + weight,
        samples: known.samples + 1,
      });
    }
  }

  keepMappings(mappings: Counts['mappings']): void {
    this.#mappings = mappings;
  }

  /** The means of what was kept. */
  report(): Counts {
    const means = [...this.#sums].map(([name, { sum, weight }]) => [name, sum / weight]);
    return {
      perIteration: Object.fromEntries(means),
      mappings: this.#mappings,
      missing: this.#missing,
      samples: this.#samples,
      gaps: this.#gaps(),
    };
  }

  /** Of what was opened, and of what was counted at least once. */
  #gaps(): Counts['gaps'] {
    const names = hardwareEvents.filter((name) => this.#events.has(name) || this.#sums.has(name));
    const gaps = names.map((name) => [name, this.#samples - (this.#sums.get(name)?.samples ?? 0)] as const);
    return Object.fromEntries(gaps.filter(([, samples]) => samples > 0));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#target.run(
      [...this.#events.values()].map((fd): Operation => ({ call: 'close', args: [fd] })),
    );
    this.#memory[Symbol.dispose]();
  }

  #readUsage(turn: 0 | 1): Operation {
    const who = this.#counted === 'thread' ? rusage.thread : rusage.self;
    return { call: 'getrusage', args: [who, this.#memory.address + turn * usageStride] };
  }

  #usageBytes(turn: 0 | 1): Uint8Array {
    return this.#memory.bytes.subarray(turn * usageStride);
  }

  #readEvents(turn: 0 | 1): Operation[] {
    return [...this.#events.values()].map((fd, index) => ({
      call: 'read',
      args: [fd, this.#memory.address + eventOffset(index, turn), perfReadingBytes],
      mayFail: true,
    }));
  }

  #eventReading(index: number, turn: 0 | 1): PerfReading {
    return perfReadingIn(this.#memory.bytes.subarray(eventOffset(index, turn)));
  }
}

function eventOffset(index: number, turn: 0 | 1): number {
  return eventsAt + (2 * index + turn) * eventStride;
}

/** The counts an iteration between two readings. */
export function between(before: Reading, after: Reading, iterations: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([name, count]) => [name, (count - (before[name] ?? 0)) / iterations]),
  );
}

/** Has the measured process open counters of its own. What cannot be counted has a reason. */
async function openEvents(target: MeasuredProcess) {
  const { files } = target.refused();
  const events = new Map<PerfEventName, number>();
  const missing: Record<string, string> = {};
  const attributesBytes = 128;
  using memory = target.allocate(hardwareEvents.length * attributesBytes);
  const opened: PerfEventName[] = [];
  const operations: Operation[] = [];
  for (const [index, name] of hardwareEvents.entries()) {
    const event = perfEventFor(name, files);
    if (typeof event === 'string') {
      missing[name] = event;
      continue;
    }
    memory.bytes.set(perfEventAttributes(event), index * attributesBytes);
    // Thread 0: the caller; CPU -1: any; group -1: none.
    const args = [memory.address + index * attributesBytes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC];
    opened.push(name);
    operations.push({ call: 'perf_event_open', args, mayFail: true });
  }
  const results = await target.run(operations);
  for (const [index, name] of opened.entries()) {
    const fd = results[index] ?? 0;
    if (isError(fd)) missing[name] = whyNotOpened(name, -fd, perfPolicy(files));
    else events.set(name, fd);
  }
  return { events, missing };
}
