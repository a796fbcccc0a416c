import type { RunningProgram } from '../program/engine.ts';
import { currentCpu } from '../system/affinity.ts';
import { threadUsage } from '../system/rusage.ts';
import type { ForkReport } from './message.ts';

const nsPerMs = 1e6;

/** Iterations a batch, so that a batch takes `milliseconds`: doubled from 1 until the clock can tell. */
export function calibrate(program: RunningProgram, milliseconds: number): number {
  const wanted = milliseconds * nsPerMs;
  for (let iterations = 1; ; iterations *= 2) {
    const { nanoseconds } = program.batch(iterations);
    if (nanoseconds >= wanted / 4) return Math.max(1, Math.round((iterations * wanted) / nanoseconds));
  }
}

/** The share of a batch's iterations that run before it in a fresh placement: first faults, cold caches. */
const warmUpShare = 0.1;

/** One batch and what it says. */
export interface Sample {
  /** Of the whole batch. */
  readonly nanoseconds: number;
  readonly perIteration: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
  /** Whether the mappings lay where the layout wants them; if not, the sample does not count. */
  readonly isInPlace: boolean;
}

/**
 * Takes samples of one program and gathers those that count. Every sample has a placement of its own: the program is set
 * up anew for it, because some strategies cost up to half as much again on other pages (docs/accuracy.md), and drawing
 * pages takes a hundredth of the time of a fresh process. Between samples nothing of the program is mapped.
 */
export class Sampler {
  readonly #start: () => RunningProgram;
  readonly #iterations: number;
  readonly #samples: number[] = [];
  readonly #faults = { minor: 0, major: 0 };
  #addresses: Record<string, number> = {};

  /** `length` is that of a batch, in milliseconds. `start` and `take` throw a StepFailure where a step fails. */
  constructor(start: () => RunningProgram, length: number) {
    this.#start = start;
    this.#iterations = this.#with((program) => calibrate(program, length));
  }

  take(): Sample {
    return this.#with((program) => {
      program.batch(Math.ceil(this.#iterations * warmUpShare));
      if (!program.inPlace()) program.placeAgain();
      const before = threadUsage();
      const { nanoseconds } = program.batch(this.#iterations);
      const after = threadUsage();
      this.#addresses = program.addresses();
      return {
        nanoseconds,
        perIteration: nanoseconds / this.#iterations,
        minorFaults: after.minorFaults - before.minorFaults,
        majorFaults: after.majorFaults - before.majorFaults,
        isInPlace: program.inPlace(),
      };
    });
  }

  keep({ perIteration, minorFaults, majorFaults }: Sample): void {
    this.#samples.push(perIteration);
    this.#faults.minor += minorFaults;
    this.#faults.major += majorFaults;
  }

  /** The fork's report of what was kept. */
  report(): ForkReport {
    const addresses = Object.entries(this.#addresses).map(([key, value]) => [key, `0x${value.toString(16)}`]);
    return {
      pid: process.pid,
      cpu: currentCpu(),
      iterationsPerSample: this.#iterations,
      samples: this.#samples,
      addresses: Object.fromEntries(addresses),
      minorFaults: this.#faults.minor,
      majorFaults: this.#faults.major,
      iterations: this.#samples.length * this.#iterations,
    };
  }

  #with<T>(use: (program: RunningProgram) => T): T {
    const program = this.#start();
    try {
      return use(program);
    } finally {
      program.close();
    }
  }
}
