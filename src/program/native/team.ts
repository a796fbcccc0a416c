import { RefusalError } from '../../system/refusal.ts';
import type { MeasuredProcess, Operation, Region, ThreadFunctions } from '../../target/measured-process.ts';
import { OperationList } from '../../target/operation-list.ts';
import type { Batch } from '../engine.ts';
import { ThreadBlocks } from './context.ts';
import type { NativeProgram } from './engine.ts';
import { threadMain } from './thread-main.ts';

const [FUTEX_WAIT, FUTEX_WAKE] = [0, 1];
const CLOCK_MONOTONIC = 1;
const nsPerSecond = 1e9;

/** A program that a thread of its own runs. */
export interface Member {
  readonly program: NativeProgram;
  /** Of one batch. */
  readonly iterations: number;
  readonly cpu: number;
}

/** What a thread has done. Times in nanoseconds. */
export interface ThreadResult {
  /** By CLOCK_MONOTONIC: when its first batch began, and its last one ended. */
  readonly startedAt: number;
  readonly finishedAt: number;
  /**
   * From its first batch's begin to its last one's end; where threads share CPUs, from the first one's begin
   * to the last one's end.
   */
  readonly nanoseconds: number;
  /** How long after the first of the threads it began. */
  readonly late: number;
  readonly loads: number;
  /** What the program says of all batches; its time is the last one's. */
  readonly batch: Batch;
}

/** Threads of the measured process that run programs at the same time, each on its CPU. */
export class Team {
  readonly #target: MeasuredProcess;
  readonly #main: Region;

  private constructor(target: MeasuredProcess, main: Region) {
    this.#target = target;
    this.#main = main;
  }

  static async in(target: MeasuredProcess): Promise<Team> {
    return new Team(target, await target.load(threadMain(target.architecture, threadsOf(target))));
  }

  /**
   * Has every member run batches for `duration` nanoseconds, once all threads are there; a duration of 0 is
   * one batch each. Rejects with a StepFailure where a step of some member fails, with a RefusalError where a
   * thread cannot be started.
   */
  async run(members: readonly Member[], duration: number): Promise<ThreadResult[]> {
    // Threads that look for each other on one CPU keep each other from arriving.
    const sleeps = new Set(members.map(({ cpu }) => cpu)).size < members.length;
    const started = await this.start(members, duration, sleeps);
    await started.go();
    return started.end();
  }

  /**
   * Starts the threads, which wait for `go` where they sleep, and else for each other. Rejects with a
   * RefusalError where a thread cannot be started.
   */
  async start(members: readonly Member[], duration: number, sleeps: boolean): Promise<StartedTeam> {
    const blocks = new ThreadBlocks(this.#target, members.length);
    for (const [index, { program, iterations, cpu }] of members.entries()) {
      blocks.set(index, 'loop', program.code.address);
      blocks.set(index, 'context', program.prepare(iterations));
      blocks.set(index, 'first', blocks.addressOf(0));
      blocks.set(index, 'threads', members.length);
      blocks.set(index, 'duration', duration);
      blocks.set(index, 'sleeps', Number(sleeps));
      blocks.setCpu(index, cpu);
    }
    const started = new StartedTeam(this.#target, blocks, members, sleeps);
    try {
      await this.#startThreads(members.length, blocks);
      return started;
    } catch (error) {
      // The others must not wait for those that could not be started.
      for (const thread of members.keys()) blocks.set(thread, 'arrived', 1);
      await started.go();
      await started.ended();
      throw error;
    }
  }

  async #startThreads(count: number, blocks: ThreadBlocks): Promise<void> {
    const list = new OperationList(this.#target);
    for (let thread = 0; thread < count; thread++) {
      const start: Operation = { call: 'code', args: [this.#main.address, blocks.addressOf(thread)] };
      list.add(
        start,
        (errno) =>
          new RefusalError({ call: 'clone', errno }, this.#target.refused(), { where: 'for a thread' }),
      );
      await list.makeRoom();
    }
    await list.flush();
  }
}

/** What starts threads in a process that has a C library; undefined in one that has none. */
function threadsOf({ libraries }: MeasuredProcess): ThreadFunctions | undefined {
  return libraries?.values().next().value;
}

/** Threads that have been started. Every one has to be ended. */
export class StartedTeam {
  readonly #target: MeasuredProcess;
  readonly #blocks: ThreadBlocks;
  readonly #members: readonly Member[];
  readonly #sleeps: boolean;

  constructor(target: MeasuredProcess, blocks: ThreadBlocks, members: readonly Member[], sleeps: boolean) {
    this.#target = target;
    this.#blocks = blocks;
    this.#members = members;
    this.#sleeps = sleeps;
  }

  /** The time in nanoseconds, by the CLOCK_MONOTONIC of the threads' machine. */
  async now(): Promise<number> {
    const args = [CLOCK_MONOTONIC, this.#blocks.fieldAddress(0, 'seconds')];
    await this.#target.run([{ call: 'clock_gettime', args }]);
    return this.#blocks.get(0, 'seconds') * nsPerSecond + this.#blocks.get(0, 'nanoseconds');
  }

  /** Lets those that sleep begin, at once or at a time (see `now`). */
  async go(at = 0): Promise<void> {
    for (const thread of this.#members.keys()) {
      this.#blocks.set(thread, 'seconds', Math.floor(at / nsPerSecond));
      this.#blocks.set(thread, 'nanoseconds', Math.floor(at % nsPerSecond));
    }
    const go = this.#blocks.fieldAddress(0, 'go');
    await this.#target.run([
      { call: 'store', args: [go, 1] },
      { call: 'futex', args: [go, FUTEX_WAKE, this.#members.length] },
    ]);
  }

  /** Waits for the threads and gives their memory back; when each ran, and how many batches. */
  async ended(): Promise<{ startedAt: number; finishedAt: number; batches: number }[]> {
    using blocks = this.#blocks;
    const threads = threadsOf(this.#target);
    for (const thread of this.#members.keys()) {
      if (threads !== undefined) {
        const id = blocks.get(thread, 'id');
        if (id !== 0) await this.#target.run([{ call: 'code', args: [threads.threadJoin, id, 0] }]);
        continue;
      }
      for (let id = blocks.get(thread, 'id'); id !== 0; id = blocks.get(thread, 'id'))
        await this.#target.run([
          { call: 'futex', args: [blocks.fieldAddress(thread, 'id'), FUTEX_WAIT, id, 0], mayFail: true },
        ]);
    }
    return this.#members.map((_, thread) => ({
      startedAt: blocks.get(thread, 'startedAt'),
      finishedAt: blocks.get(thread, 'finishedAt'),
      batches: blocks.get(thread, 'batches'),
    }));
  }

  /** Waits for the threads; what they have done. Rejects with a StepFailure where a step of one failed. */
  async end(): Promise<ThreadResult[]> {
    const times = await this.ended();
    const first = Math.min(...times.map(({ startedAt }) => startedAt));
    const last = Math.max(...times.map(({ finishedAt }) => finishedAt));
    return this.#members.map(({ program, iterations }, index) => {
      const { startedAt = 0, finishedAt = 0, batches = 0 } = times[index] ?? {};
      return {
        startedAt,
        finishedAt,
        nanoseconds: this.#sleeps ? last - first : finishedAt - startedAt,
        late: startedAt - first,
        loads: batches * iterations * program.program.loads,
        batch: program.settle(),
      };
    });
  }
}
