import type { RunningProgram } from '../program/engine.ts';
import { currentCpu } from '../system/affinity.ts';
import { Counters } from './counters.ts';
import type { Counts, ForkReport } from './message.ts';

const nsPerMs = 1e6;

/** Batches of which the shortest tells the time: one that was interrupted looks long enough with next to no iterations. */
const calibrationTries = 3;

/** Iterations a batch, so that a batch takes `milliseconds`: doubled from 1 until the clock can tell. */
export function calibrate(program: Pick<RunningProgram, 'batch'>, milliseconds: number): number {
  const wanted = milliseconds * nsPerMs;
  for (let iterations = 1; ; iterations *= 2) {
    let shortest = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < calibrationTries && shortest >= wanted / 4; turn++)
      shortest = Math.min(shortest, program.batch(iterations).nanoseconds);
    if (shortest >= wanted / 4) return Math.max(1, Math.round((iterations * wanted) / shortest));
  }
}

/** Code that ran was not what had been loaded: what was measured is no load. */
export class StaleCodeError extends Error {
  constructor(stale: number, checked: number) {
    super(`${stale} of ${checked} results were not those of the code that had been loaded`);
  }
}

/** How samples differ between workloads. */
export interface SamplerOptions {
  /** All samples share one placement: setting up would take longer than a sample. Default false. */
  readonly keepsPlacement?: boolean;
  /** Iterations before a batch in a fresh placement at least. Default 0. */
  readonly warmUp?: number;
}

/** The share of a batch's iterations that run before it in a fresh placement: first faults, cold caches. */
const warmUpShare = 0.1;

/** One batch and what it says. */
export interface Sample {
  /** Of the whole batch. */
  readonly nanoseconds: number;
  /** Nanoseconds a load. */
  readonly perIteration: number;
  /** Counts an iteration, by name. */
  readonly counts: Readonly<Record<string, number>>;
  /** Of the process, before the warm-up and after the batch. */
  readonly mappings: Counts['mappings'];
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
  readonly #options: SamplerOptions;
  readonly #iterations: number;
  /** The placement of all samples, where they share one. */
  #kept: RunningProgram | undefined;
  readonly #samples: number[] = [];
  readonly #counters = new Counters();
  #addresses: Record<string, number> = {};

  /** `length` is that of a batch, in milliseconds. `start` and `take` throw a StepFailure where a step fails. */
  constructor(start: () => RunningProgram, length: number, options: SamplerOptions = {}) {
    this.#start = start;
    this.#options = options;
    this.#iterations = this.#with((program) => calibrate(program, length));
  }

  take(): Sample {
    return this.#with((program) => {
      const iterations = this.#iterations;
      const warmUp = Math.max(Math.ceil(iterations * warmUpShare), this.#options.warmUp ?? 0);
      const { loads } = program.program;
      const outerBefore = this.#counters.outer();
      program.batch(warmUp);
      if (!program.inPlace()) program.placeAgain();
      const eventsBefore = this.#counters.events();
      const before = this.#counters.inner();
      const { nanoseconds, executed, stale } = program.batch(iterations);
      const after = this.#counters.inner();
      const eventsAfter = this.#counters.events();
      const outerAfter = this.#counters.outer();
      if (stale > 0) throw new StaleCodeError(stale, executed);
      this.#addresses = program.addresses();
      return {
        nanoseconds,
        perIteration: nanoseconds / iterations / loads,
        counts: {
          ...Counters.between(before, after, iterations * loads),
          ...Counters.eventsBetween(eventsBefore, eventsAfter, iterations * loads),
          ...Counters.between(outerBefore, outerAfter, (warmUp + iterations) * loads),
        },
        mappings: { before: outerBefore.mappings ?? 0, after: outerAfter.mappings ?? 0 },
        isInPlace: program.inPlace(),
      };
    });
  }

  keep({ perIteration, counts, mappings }: Sample): void {
    this.#samples.push(perIteration);
    this.#counters.keep(counts, mappings);
  }

  /** The fork's report of what was kept; no more samples can be taken. */
  report(): ForkReport {
    const addresses = Object.entries(this.#addresses).map(([key, value]) => [key, `0x${value.toString(16)}`]);
    this.#counters.close();
    this.#kept?.close();
    return {
      pid: process.pid,
      cpu: currentCpu(),
      iterationsPerSample: this.#iterations,
      samples: this.#samples,
      addresses: Object.fromEntries(addresses),
      counts: this.#counters.report(),
    };
  }

  #with<T>(use: (program: RunningProgram) => T): T {
    if (this.#options.keepsPlacement) {
      this.#kept ??= this.#start();
      return use(this.#kept);
    }
    const program = this.#start();
    try {
      return use(program);
    } finally {
      program.close();
    }
  }
}
