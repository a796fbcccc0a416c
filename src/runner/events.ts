import { type LoadedCode, withProgram } from '../program/engine.ts';
import { MapbenchError } from '../system/errors.ts';
import { findEvent } from '../system/events.ts';
import {
  type EventSource,
  PERF_FLAG_FD_CLOEXEC,
  perfEventAttributes,
  perfPolicy,
  perfReadingBytes,
  perfReadingIn,
  scaledCount,
  whyEventNotOpened,
} from '../system/perf-events.ts';
import { isError, type MeasuredProcess, type Operation, type Region } from '../target/measured-process.ts';
import type { EventsReport } from './message.ts';
import { calibrate, requireFreshCode } from './sampler.ts';
import { type ThreadCodes, ThreadGroup, type ThreadPlan } from './thread-group.ts';

/** Milliseconds of a batch, and batches at least. */
const batchLength = 5;
const minBatches = 5;

/** The fraction of a batch's iterations that run before it in a fresh placement. */
const warmUpFraction = 0.1;

/** Milliseconds of a window, in which all threads run. */
const windowLength = 10;

const nsPerMs = 1e6;
const attributesBytes = 128;
const readingStride = 64;

/** Events that a measured process counts for itself, and for the threads that it starts. */
export class OpenedEvents implements AsyncDisposable {
  readonly #target: MeasuredProcess;
  readonly #events: readonly { readonly name: string; readonly fd: number }[];
  readonly #memory: Region;

  private constructor(target: MeasuredProcess, events: readonly { name: string; fd: number }[]) {
    this.#target = target;
    this.#events = events;
    this.#memory = target.allocate(2 * readingStride * events.length);
  }

  /**
   * Rejects with an error of kind `usage` for a name that stands for nothing, of kind `unavailable` for what
   * cannot be counted.
   */
  static async open(target: MeasuredProcess, names: readonly string[]): Promise<OpenedEvents> {
    const { files } = target.refused();
    const readText = (path: string) => target.readText(path);
    const sources: EventSource[] = [];
    for (const name of names) sources.push(await findEvent(name, { readText, list: files.list }));
    using memory = target.allocate(names.length * attributesBytes);
    const operations = sources.map((source, index): Operation => {
      const address = memory.address + index * attributesBytes;
      memory.bytes.set(perfEventAttributes({ ...source, isInherited: true }), index * attributesBytes);
      // Thread 0: the caller; CPU -1: any; group -1: none.
      return { call: 'perf_event_open', args: [address, 0, -1, -1, PERF_FLAG_FD_CLOEXEC], mayFail: true };
    });
    const results = await target.run(operations);
    const events = names.map((name, index) => ({ name, fd: results[index] ?? 0 }));
    for (const [index, { name, fd }] of events.entries()) {
      const source = sources[index];
      if (!isError(fd) || source === undefined) continue;
      const reason = whyEventNotOpened(source, -fd, perfPolicy(files));
      throw new MapbenchError('unavailable', `event ${name} cannot be counted: ${reason}`);
    }
    return new OpenedEvents(target, events);
  }

  /** What reads the events before or after what is counted. */
  reading(turn: 0 | 1): Operation[] {
    return this.#events.map(({ fd }, index) => ({
      call: 'read',
      args: [fd, this.#memory.address + (2 * index + turn) * readingStride, perfReadingBytes],
    }));
  }

  /** What was counted between the two readings, by name; without what had no counter of the PMU meanwhile. */
  counts(): Record<string, number> {
    const at = (index: number, turn: 0 | 1) =>
      perfReadingIn(this.#memory.bytes.subarray((2 * index + turn) * readingStride));
    return Object.fromEntries(
      this.#events.flatMap(({ name }, index) => {
        const count = scaledCount(at(index, 1), at(index, 0));
        return count === undefined ? [] : [[name, count]];
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#target.run(this.#events.map(({ fd }): Operation => ({ call: 'close', args: [fd] })));
    this.#memory[Symbol.dispose]();
  }
}

/**
 * Counts events a load for `time` milliseconds, each batch in a placement of its own. Times mean nothing
 * meanwhile: a tracepoint that is counted takes its own. Rejects as `OpenedEvents.open` does.
 */
export async function countEvents(
  code: LoadedCode,
  names: readonly string[],
  time: number,
): Promise<EventsReport> {
  await using events = await OpenedEvents.open(code.target, names);
  const sums = new Sums();
  const iterations = await withProgram(code, (program) => calibrate(program, batchLength));
  const surroundings = {
    warmUp: Math.ceil(iterations * warmUpFraction),
    before: events.reading(0),
    after: events.reading(1),
  };
  for (let spent = 0, batches = 0; spent < time * nsPerMs || batches < minBatches; batches++) {
    await withProgram(code, async (program) => {
      const batch = await program.batch(iterations, surroundings);
      requireFreshCode(batch);
      spent += batch.nanoseconds;
      sums.add(events.counts(), iterations * program.program.loads);
    });
  }
  return sums.report();
}

/** As `countEvents`, of all threads of a case together: what companions do is counted, too. */
export async function countThreadEvents(
  codes: ThreadCodes,
  plan: ThreadPlan,
  names: readonly string[],
  time: number,
): Promise<EventsReport> {
  const { target } = codes.load;
  await using events = await OpenedEvents.open(target, names);
  const sums = new Sums();
  const group = await ThreadGroup.of(codes, plan);
  const windows = Math.max(minBatches, Math.round(time / windowLength));
  for (let index = 0; index < windows; index++) {
    const { loaders } = await group.window('load', windowLength, async (run) => {
      await target.run(events.reading(0));
      const result = await run();
      await target.run(events.reading(1));
      return result;
    });
    sums.add(
      events.counts(),
      loaders.reduce((sum, { loads }) => sum + loads, 0),
    );
  }
  return sums.report();
}

/** Counts of all batches, and the loads in which they were counted. */
class Sums {
  readonly #sums = new Map<string, { count: number; loads: number }>();

  add(counts: Readonly<Record<string, number>>, loads: number): void {
    for (const [name, count] of Object.entries(counts)) {
      const known = this.#sums.get(name) ?? { count: 0, loads: 0 };
      this.#sums.set(name, { count: known.count + count, loads: known.loads + loads });
    }
  }

  report(): EventsReport {
    return {
      perLoad: Object.fromEntries([...this.#sums].map(([name, { count, loads }]) => [name, count / loads])),
    };
  }
}
