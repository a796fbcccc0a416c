import { RefusalError } from '../../system/refusal.ts';
import type { MeasuredProcess, Operation, Region } from '../../target/measured-process.ts';
import { OperationList } from '../../target/operation-list.ts';
import type { Batch } from '../engine.ts';
import { ThreadBlocks } from './context.ts';
import type { NativeProgram } from './engine.ts';
import { threadMain } from './thread-main.ts';

const [FUTEX_WAIT, FUTEX_WAKE] = [0, 1];

/** A program that a thread of its own runs. */
export interface Member {
  readonly program: NativeProgram;
  /** Of one batch. */
  readonly iterations: number;
  readonly cpu: number;
}

/** What a thread has done. Times in nanoseconds. */
export interface ThreadResult {
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
    return new Team(target, await target.load(threadMain(target.architecture)));
  }

  /**
   * Has every member run batches for `duration` nanoseconds, once all threads are there; a duration of 0 is
   * one batch each. Rejects with a StepFailure where a step of some member fails, with a RefusalError where a
   * thread cannot be started.
   */
  async run(members: readonly Member[], duration: number): Promise<ThreadResult[]> {
    using blocks = new ThreadBlocks(this.#target, members.length);
    // Threads that look for each other on one CPU keep each other from arriving.
    const sleeps = new Set(members.map(({ cpu }) => cpu)).size < members.length;
    for (const [index, { program, iterations, cpu }] of members.entries()) {
      blocks.set(index, 'loop', program.code.address);
      blocks.set(index, 'context', program.prepare(iterations));
      blocks.set(index, 'first', blocks.addressOf(0));
      blocks.set(index, 'threads', members.length);
      blocks.set(index, 'duration', duration);
      blocks.set(index, 'sleeps', Number(sleeps));
      blocks.setCpu(index, cpu);
    }
    await this.#runThreads(members.length, blocks);
    const first = Math.min(...members.map((_, index) => blocks.get(index, 'startedAt')));
    const last = Math.max(...members.map((_, index) => blocks.get(index, 'finishedAt')));
    return members.map(({ program, iterations }, index) => ({
      nanoseconds: sleeps ? last - first : blocks.get(index, 'finishedAt') - blocks.get(index, 'startedAt'),
      late: blocks.get(index, 'startedAt') - first,
      loads: blocks.get(index, 'batches') * iterations * program.program.loads,
      batch: program.settle(),
    }));
  }

  async #runThreads(count: number, blocks: ThreadBlocks): Promise<void> {
    const list = new OperationList(this.#target);
    let failure: unknown;
    try {
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
    } catch (error) {
      failure = error;
      // The others must not wait for those that could not be started.
      for (let thread = 0; thread < count; thread++) blocks.set(thread, 'arrived', 1);
    }
    const go = blocks.fieldAddress(0, 'go');
    await this.#target.run([
      { call: 'store', args: [go, 1] },
      { call: 'futex', args: [go, FUTEX_WAKE, count] },
    ]);
    for (let thread = 0; thread < count; thread++) {
      for (let id = blocks.get(thread, 'id'); id !== 0; id = blocks.get(thread, 'id'))
        await this.#target.run([
          { call: 'futex', args: [blocks.fieldAddress(thread, 'id'), FUTEX_WAIT, id, 0], mayFail: true },
        ]);
    }
    if (failure !== undefined) throw failure;
  }
}
