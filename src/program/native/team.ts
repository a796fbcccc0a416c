import type { Architecture } from '../../system/architecture.ts';
import { loadCode } from '../../system/memory.ts';
import { joinThread, startThread } from '../../system/threads.ts';
import type { Batch } from '../engine.ts';
import type { NativeProgram } from './engine.ts';
import { ThreadBlocks } from './thread-block.ts';
import { threadMain } from './thread-main.ts';

/** A program that a thread of its own runs. */
export interface Member {
  readonly program: NativeProgram;
  /** Of one batch. */
  readonly iterations: number;
  readonly cpu: number;
}

/** What a thread has done. Times in nanoseconds. */
export interface Share {
  /** From its first batch's begin to its last one's end. */
  readonly nanoseconds: number;
  /** How long after the first of the threads it began. */
  readonly late: number;
  readonly loads: number;
  /** What the program says of all batches; its time is the last one's. */
  readonly batch: Batch;
}

/** Threads of this process that run programs at the same time, each on its CPU. */
export class Team {
  readonly #main: number;

  constructor(architecture: Architecture) {
    this.#main = loadCode(threadMain(architecture));
  }

  /**
   * Has every member run batches for `duration` nanoseconds, once all threads are there; a duration of 0 is one batch each. Throws a
   * StepFailure where a step of some member fails, once all have ended.
   */
  run(members: readonly Member[], duration: number): Share[] {
    const blocks = new ThreadBlocks(members.length);
    const threads: number[] = [];
    try {
      for (const [index, { program, iterations, cpu }] of members.entries()) {
        blocks.set(index, 'loop', program.codeAddress);
        blocks.set(index, 'context', program.prepare(iterations));
        blocks.set(index, 'first', blocks.addressOf(0));
        blocks.set(index, 'threads', members.length);
        blocks.set(index, 'duration', duration);
        threads.push(startThread(this.#main, blocks.addressOf(index), cpu));
      }
    } finally {
      // Where a thread could not be started, the others must not wait for it.
      for (const index of members.keys())
        if (threads.length < members.length) blocks.set(index, 'arrived', 1);
      for (const thread of threads) joinThread(thread);
    }
    const first = Math.min(...members.map((_, index) => blocks.get(index, 'startedAt')));
    const shares = members.map(({ program, iterations }, index) => ({
      nanoseconds: blocks.get(index, 'finishedAt') - blocks.get(index, 'startedAt'),
      late: blocks.get(index, 'startedAt') - first,
      loads: blocks.get(index, 'batches') * iterations * program.program.loads,
      batch: program.settle(),
    }));
    blocks.release();
    return shares;
  }
}
