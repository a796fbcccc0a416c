import { Bench } from 'tinybench';
import { type Batch, type LoadedCode, type RunningProgram, withProgram } from '../program/engine.ts';
import { MapbenchError } from '../system/errors.ts';
import { between, Counters } from './counters.ts';
import type { Counts, ForkReport } from './message.ts';

/** How long a task is repeated: milliseconds of its own, and calls at least. */
export interface TaskOptions {
  readonly time: number;
  readonly calls: number;
}

/**
 * Repeats a block of batches as one tinybench task. The block resolves with the nanoseconds that its loops
 * took by their own clock. All calls count: the first of a process is as fast as the others
 * (docs/statistics.md). Rejects with what the block rejects with.
 */
export async function repeat(
  name: string,
  block: () => Promise<number>,
  { time, calls }: TaskOptions,
): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  const bench = new Bench({ time, iterations: calls, warmup: false, throws: true });
  const task = async () => {
    try {
      const milliseconds = (await block()) / nsPerMs;
      return { overriddenDuration: milliseconds, overriddenIterationCost: milliseconds };
    } catch (error) {
      // tinybench would wrap it.
      failure = { error };
      throw error;
    }
  };
  bench.add(name, task, { async: true });
  try {
    await bench.run();
  } catch (error) {
    throw failure === undefined ? error : failure.error;
  }
}

const nsPerMs = 1e6;

/**
 * Batches of which the shortest tells the time: one that was interrupted looks long enough with next to no
 * iterations.
 */
const calibrationTries = 3;

/** Iterations a batch, so that a batch takes `milliseconds`: doubled from 1 until the clock can tell. */
export async function calibrate(
  program: Pick<RunningProgram, 'batch'>,
  milliseconds: number,
): Promise<number> {
  const wanted = milliseconds * nsPerMs;
  for (let iterations = 1; ; iterations *= 2) {
    let shortest = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < calibrationTries && shortest >= wanted / 4; turn++)
      shortest = Math.min(shortest, (await program.batch(iterations)).nanoseconds);
    if (shortest >= wanted / 4) return Math.max(1, Math.round((iterations * wanted) / shortest));
  }
}

/** Throws where code that ran was not what had been loaded: what was measured is no load. */
export function requireFreshCode({ stale, executed }: Pick<Batch, 'stale' | 'executed'>): void {
  if (stale === 0) return;
  throw new MapbenchError(
    'failed',
    `${stale} of ${executed} results were not those of the code that had been loaded`,
  );
}

/** How samples are taken. */
interface SamplerOptions {
  /** The CPU that the measured process runs on. */
  readonly cpu: number;
  /** Milliseconds of a batch. */
  readonly length: number;
  /** Nanoseconds of a batch that are not its iterations'. */
  readonly overhead: number;
  /** Whether what counts the whole machine is read: of an emulated one it says nothing, and takes long. */
  readonly looksAround: boolean;
  /** Iterations of a batch, where an earlier fork has found them. */
  readonly iterations?: number | undefined;
  /**
   * All samples share one placement: setting up would take longer than a sample, or cannot be undone. Default
   * false.
   */
  readonly keepsPlacement?: boolean;
  /** Iterations before a batch in a fresh placement at least. Default 0. */
  readonly warmUp?: number;
}

/**
 * The fraction of a batch's iterations that run before it in a fresh placement: first faults, cold caches.
 */
const warmUpFraction = 0.1;

/** Samples of a fork around which what counts the whole machine is read, and how many mappings there are. */
const countedSamples = 1;

/** One batch and what it says. */
interface Sample {
  /** Of the whole batch. */
  readonly nanoseconds: number;
  /** Nanoseconds a load. */
  readonly perIteration: number;
  /** Counts an iteration, by name. */
  readonly counts: Readonly<Record<string, number>>;
  /** Of the process, before the warm-up and after the batch, where they were counted. */
  readonly mappings: Counts['mappings'] | undefined;
  /** Whether the mappings lay where the layout wants them; if not, the sample does not count. */
  readonly isMappedAsPlanned: boolean;
}

/**
 * Takes samples of one program and gathers those that count. Every sample has a placement of its own: the
 * program is set up anew for it, because some strategies cost up to half as much again on other pages
 * (docs/accuracy.md), and drawing pages takes a fraction of the time of a fresh process. Between samples
 * nothing of the program is mapped.
 */
class Sampler {
  readonly #code: LoadedCode;
  readonly #options: SamplerOptions;
  readonly #counters: Counters;
  #iterations = 1;
  /** The placement of all samples, where they share one. */
  #kept: RunningProgram | undefined;
  readonly #samples: number[] = [];
  #measuredTime = 0;
  #addresses: Record<string, number> = {};

  private constructor(code: LoadedCode, options: SamplerOptions, counters: Counters) {
    this.#code = code;
    this.#options = options;
    this.#counters = counters;
  }

  /** This and `take` reject with a StepFailure where a step fails. */
  static async of(code: LoadedCode, options: SamplerOptions): Promise<Sampler> {
    const counters = await Counters.open(code.target, options.cpu, 'thread');
    const sampler = new Sampler(code, options, counters);
    sampler.#iterations =
      options.iterations ?? (await sampler.#with((program) => calibrate(program, options.length)));
    return sampler;
  }

  take(): Promise<Sample> {
    return this.#with(async (program) => {
      const iterations = this.#iterations;
      const warmUp = Math.max(Math.ceil(iterations * warmUpFraction), this.#options.warmUp ?? 0);
      const { loads } = program.program;
      const counters = this.#counters;
      const isCounted = this.#samples.length < countedSamples;
      const mappingsBefore = isCounted ? await counters.mappings() : 0;
      const readsOuter = isCounted && this.#options.looksAround;
      const outerBefore = readsOuter ? await counters.outer() : {};
      const surroundings = counters.surroundings(warmUp);
      let batch = await program.batch(iterations, surroundings);
      if (!program.isMappedAsPlanned()) {
        await program.prepareLayout();
        batch = await program.batch(iterations, surroundings);
      }
      const { nanoseconds } = batch;
      const outerAfter = readsOuter ? await counters.outer() : {};
      const mappings = isCounted ? { before: mappingsBefore, after: await counters.mappings() } : undefined;
      requireFreshCode(batch);
      this.#addresses = program.addresses();
      return {
        nanoseconds,
        perIteration: (nanoseconds - this.#options.overhead) / iterations / loads,
        counts: {
          ...counters.inner(iterations * loads),
          ...between(outerBefore, outerAfter, (warmUp + iterations) * loads),
        },
        mappings,
        isMappedAsPlanned: program.isMappedAsPlanned(),
      };
    });
  }

  keep({ nanoseconds, perIteration, counts, mappings }: Sample): void {
    this.#samples.push(perIteration);
    this.#measuredTime += nanoseconds;
    this.#counters.keep(counts);
    if (mappings !== undefined) this.#counters.keepMappings(mappings);
  }

  /** The fork's report of what was kept; no more samples can be taken. */
  async report(): Promise<ForkReport> {
    const addresses = Object.entries(this.#addresses).map(([key, value]) => [key, `0x${value.toString(16)}`]);
    await this.#kept?.close();
    await this.#counters[Symbol.asyncDispose]();
    return {
      pid: this.#code.target.pid,
      cpu: this.#options.cpu,
      iterationsPerSample: this.#iterations,
      samples: this.#samples,
      measuredTime: this.#measuredTime,
      addresses: Object.fromEntries(addresses),
      counts: this.#counters.report(),
    };
  }

  async #with<T>(use: (program: RunningProgram) => Promise<T>): Promise<T> {
    if (!this.#options.keepsPlacement) return withProgram(this.#code, use);
    this.#kept ??= await this.#code.start();
    return use(this.#kept);
  }
}

/**
 * Milliseconds that a batch takes at most. What runs between two batches reaches into the next: from 2 ms on
 * that is under what can be measured (docs/accuracy.md).
 */
const maxBatch = 20;

/** Milliseconds below which a batch is too short against the clock and what surrounds it. */
const minBatch = 2;

/**
 * Milliseconds of a batch where the clock counts instructions, a nanosecond each: an emulated processor takes
 * long for more, and nothing disturbs a short one.
 */
export const countedBatch = 0.2;

/**
 * Samples that a fork should hold even if its time is short; of a counted one several processes are the fork.
 */
const minSamples = 10;
const minCountedSamples = 4;

/** A program to measure. */
export interface Measured extends Pick<SamplerOptions, 'iterations' | 'keepsPlacement' | 'warmUp'> {
  readonly code: LoadedCode;
}

/** How programs are measured. */
interface MeasureOptions {
  /** Milliseconds of samples of each. */
  readonly time: number;
  readonly cpu: number;
  /** The clock counts instructions; what a batch without iterations takes. */
  readonly counted?: { readonly overhead: number } | undefined;
}

/**
 * Measures programs for `time` milliseconds each, in one tinybench task. A call of the task is one batch; of
 * two programs it is a block of four, ABBA and BAAB by turns, so that what changes slowly cancels in the
 * ratio of their samples.
 */
export async function measure(
  programs: readonly Measured[],
  name: string,
  { time, cpu, counted }: MeasureOptions,
): Promise<ForkReport[]> {
  const length =
    counted === undefined ? Math.min(maxBatch, Math.max(minBatch, time / minSamples)) : countedBatch;
  const overhead = counted?.overhead ?? 0;
  const looksAround = counted === undefined;
  const samplers: Sampler[] = [];
  for (const { code, ...options } of programs)
    samplers.push(await Sampler.of(code, { cpu, length, overhead, looksAround, ...options }));
  const batches = samplers.length === 1 ? 1 : 2;
  let forward = [...samplers];

  const block = async () => {
    const order = batches === 1 ? forward : [...forward, ...forward.toReversed()];
    forward = forward.toReversed();
    const taken: { sampler: Sampler; sample: Awaited<ReturnType<Sampler['take']>> }[] = [];
    for (const sampler of order) taken.push({ sampler, sample: await sampler.take() });
    // All or none, so that samples of one index belong together.
    if (taken.every(({ sample }) => sample.isMappedAsPlanned)) {
      for (const { sampler, sample } of taken) sampler.keep(sample);
    }
    return taken.reduce((sum, { sample }) => sum + sample.nanoseconds, 0);
  };

  await repeat(name, block, {
    time: time * programs.length,
    calls: (counted === undefined ? minSamples : minCountedSamples) / batches,
  });
  const reports: ForkReport[] = [];
  for (const sampler of samplers) reports.push(await sampler.report());
  return reports;
}

/** Milliseconds: long against what runs between two batches, short against the time asked for. */
const batchLength = 20;

/** Milliseconds for which one placement is looked at: some strategies cost more on other pages. */
const placementLength = 200;

/**
 * Runs a program's loop for about `time` milliseconds, in one placement after the other, and resolves with
 * nanoseconds an iteration. Rejects with a StepFailure where a step fails, or where other code
 * ran than was loaded.
 */
export async function keepRunning(code: LoadedCode, time: number): Promise<number> {
  let spent = 0;
  let iterations = 0;
  while (spent < time * nsPerMs) {
    await withProgram(code, async (program) => {
      const count = await calibrate(program, batchLength);
      const end = spent + placementLength * nsPerMs;
      while (spent < Math.min(end, time * nsPerMs)) {
        const batch = await program.batch(count);
        requireFreshCode(batch);
        spent += batch.nanoseconds;
        iterations += count * program.program.loads;
      }
    });
  }
  return spent / iterations;
}
