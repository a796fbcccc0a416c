import type { MeasuredProcess, Operation, Region } from '../../target/measured-process.ts';
import {
  type Batch,
  type LoadedCode,
  PreparedProgram,
  type ProgramSource,
  type RunningProgram,
  type Surroundings,
} from '../engine.ts';
import { isAllocatorCall, mappingOf, offsetOf, type Step } from '../ir.ts';
import { StepFailure } from '../step-failure.ts';
import { type Routines, SharedResults, Strings } from '../step-runner.ts';
import { type CodeSymbol, compileLoop, contextSize, type LoopCode } from './compile.ts';
import { Context, unset } from './context.ts';
import { type PhaseReading, type Trace, traceBytes, traceWordsPerIteration } from './instrument.ts';
import { loadRoutines } from './routines.ts';

/** A program's loop, and its steps, as machine code in the measured process. */
export class NativeCode implements LoadedCode {
  readonly target: MeasuredProcess;
  readonly program: ProgramSource['program'];
  readonly layout: ProgramSource['layout'];
  readonly routines: Routines;
  readonly strings: Strings;
  readonly shared = new SharedResults();
  readonly keepsTrace: boolean;
  readonly #source: ProgramSource;
  readonly #loop: LoopCode;
  readonly #region: Region;

  private constructor(
    target: MeasuredProcess,
    source: ProgramSource,
    loop: LoopCode,
    { region, routines }: { readonly region: Region; readonly routines: Routines },
  ) {
    this.target = target;
    this.program = source.program;
    this.layout = source.layout;
    this.routines = routines;
    this.strings = new Strings(target);
    this.keepsTrace = source.instrument === 'latency';
    this.#source = source;
    this.#loop = loop;
    this.#region = region;
  }

  /**
   * Compiles a program for the measured process, and puts the code into it; as functions of their own those
   * steps of the iteration that are `more`.
   */
  static async load(
    target: MeasuredProcess,
    source: ProgramSource,
    more: readonly Step[] = [],
  ): Promise<NativeCode> {
    const { program, content, instrument } = source;
    const loop = compileLoop(program, content, target, source);
    const steps = [...program.setup, ...more, ...program.teardown.filter(isAllocatorCall)];
    const size = contextSize(program, instrument);
    return new NativeCode(target, source, loop, await loadRoutines(target, source, steps, size, loop.bytes));
  }

  /** Where the loop lies, `long loop(void *context, long instance)`. */
  get address(): number {
    return this.#region.address;
  }

  /** What the code is called where a profile or a fault meets it. */
  symbolAt(address: number): string | undefined {
    const offset = address - this.address;
    const isIn = (each: CodeSymbol) => offset >= each.offset && offset < each.offset + each.size;
    return this.#loop.symbols.find(isIn)?.name;
  }

  /**
   * The index of the step whose code lies at an address, undefined for the loop's own; elsewhere = in a
   * routine or a module, which a step has called.
   */
  placeAt(address: number): number | undefined | 'elsewhere' {
    const offset = address - this.address;
    const { length } = this.program.iteration;
    const index = this.#loop.symbols.findIndex(
      (each) => offset >= each.offset && offset < each.offset + each.size,
    );
    // The loop's begin, its steps, its end; routines follow.
    if (index === -1 || index > length + 1) return 'elsewhere';
    return index === 0 || index === length + 1 ? undefined : index - 1;
  }

  async start(): Promise<NativeProgram> {
    const { program, instrument } = this.#source;
    const running = new NativeProgram(this, new Context(this.target, contextSize(program, instrument)));
    await running.setUp();
    return running;
  }

  [Symbol.dispose](): void {
    this.strings[Symbol.dispose]();
    this.#region[Symbol.dispose]();
  }
}

/** A program whose iterations run as machine code. */
export class NativeProgram extends PreparedProgram implements RunningProgram {
  readonly code: NativeCode;
  readonly #context: Context;
  #trace: Region | undefined;

  constructor(code: NativeCode, context: Context) {
    super(code, context);
    this.code = code;
    this.#context = context;
  }

  async batch(iterations: number, surroundings: Surroundings = nothing): Promise<Batch> {
    const { warmUp, before, after } = surroundings;
    const context = this.#context;
    const loop = { call: 'code', args: [this.code.address, this.prepare(warmUp || iterations)] } as const;
    const store = (field: 'iterations' | 'stampBase', value: number): Operation => ({
      call: 'store',
      args: [context.fieldAddress(field), value],
    });
    // In one command: between the two the processor does not rest.
    const first =
      warmUp === 0
        ? []
        : [loop, store('iterations', iterations), store('stampBase', context.get('stampBase') + warmUp)];
    await this.code.target.run([...first, ...before, { ...loop, mayFail: true }, ...after]);
    context.endBatch(iterations);
    return this.settle();
  }

  /**
   * Has iterations run the module where another program has its own, until what is returned is disposed of.
   */
  borrowModule(other: NativeProgram): Disposable {
    const [own, lent] = [this, other].map((each) => each.#moduleValue());
    if (own === undefined || lent === undefined) throw new TypeError('a program that runs no module');
    const { values, slot } = own;
    const kept = values[slot] ?? unset;
    values[slot] = (lent.values[lent.slot] ?? unset) + BigInt(lent.offset);
    return {
      [Symbol.dispose]: () => {
        values[slot] = kept;
      },
    };
  }

  /** Where the address of the module that an iteration runs is kept. */
  #moduleValue() {
    const run = this.program.iteration.find((step) => step.kind === 'execute_module');
    if (run === undefined) return undefined;
    return {
      values: this.#context.values(0),
      slot: mappingOf(run.module).slot,
      offset: offsetOf(run.module),
    };
  }

  /** Writes to what the loop itself keeps, so that a page that it shares with a child is its own again. */
  touch(): Operation {
    return { call: 'store', args: [this.#context.fieldAddress('stampBase'), this.#context.get('stampBase')] };
  }

  /**
   * A batch whose steps are done one after the other from outside; `observe` is called after each. Its steps
   * must have been loaded with the code. The time is not told.
   */
  async batchStepByStep(
    iterations: number,
    observe?: (step: Step) => Promise<void>,
  ): Promise<Omit<Batch, 'nanoseconds'>> {
    const context = this.#context;
    context.startBatch();
    for (let remaining = iterations; remaining > 0; remaining--) {
      context.set('iterations', remaining);
      const due = this.program.iteration.filter(
        (step) => step.kind !== 'call' || step.every === undefined || remaining % step.every === 1,
      );
      if (observe === undefined) await this.doSteps(due);
      else {
        for (const step of due) {
          await this.doSteps([step]);
          await observe(step);
        }
      }
    }
    context.endBatch(iterations);
    return { executed: context.get('executed'), stale: context.get('stale') };
  }

  /** How often a handler of faults has loaded a page in the last batch. */
  get pagesLoadedByFaults(): number {
    return this.#context.get('handled');
  }

  /** Readies the loop for batches of so many iterations, and returns the address of its context. */
  prepare(iterations: number): number {
    const context = this.#context;
    context.startBatch();
    if (this.code.keepsTrace) this.#prepareTrace(iterations);
    context.set('iterations', iterations);
    return context.address;
  }

  /** What the last batch says. Throws a StepFailure where a step has failed. */
  settle(): Batch {
    const context = this.#context;
    const failed = context.get('failedStep');
    const step = this.program.iteration.find(({ number }) => number === failed);
    if (step !== undefined) throw new StepFailure(step, context.get('errno'), this.code.target.refused());
    return { nanoseconds: context.elapsed(), executed: context.get('executed'), stale: context.get('stale') };
  }

  /** A batch of a loop that was compiled for phases, and where its time went. */
  async batchInPhases(iterations: number): Promise<Batch & PhaseReading> {
    const words = this.#context.sums;
    words.fill(0n);
    const batch = await this.batch(iterations);
    const perTick = this.#nanosecondsPerTick(batch);
    const sums = Array.from(words, (ticks) => Number(ticks) * perTick);
    return { ...batch, steps: sums.slice(0, -1), empty: sums.at(-1) ?? 0 };
  }

  /** A batch of a loop that was compiled for latency, and what each iteration took. */
  async batchTraced(iterations: number): Promise<Batch & Trace> {
    const batch = await this.batch(iterations);
    return { ...batch, ...this.traceOf(iterations, batch) };
  }

  /** What each iteration of a batch took, which a loop compiled for latency has run. */
  traceOf(iterations: number, batch: Batch): Trace {
    const bytes = this.#trace?.bytes ?? new Uint8Array(0);
    const words = new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
    const perTick = this.#nanosecondsPerTick(batch);
    const every = (offset: number) =>
      Float64Array.from(
        { length: iterations },
        (_, index) => Number(words[index * traceWordsPerIteration + offset]) * perTick,
      );
    return { iterations: every(0), empty: every(1) };
  }

  override async close(): Promise<void> {
    try {
      await super.close();
    } finally {
      this.#trace?.[Symbol.dispose]();
      this.#trace = undefined;
    }
  }

  /**
   * Makes room for what a loop compiled for latency writes. It is mapped whole: the loop takes no faults on
   * it.
   */
  #prepareTrace(iterations: number): void {
    if (this.#trace === undefined || this.#trace.bytes.length < traceBytes(iterations)) {
      this.#trace?.[Symbol.dispose]();
      this.#trace = this.code.target.allocate(traceBytes(iterations));
    }
    this.#context.set('tracePosition', this.#trace.address);
  }

  #nanosecondsPerTick({ nanoseconds }: Batch): number {
    return nanoseconds / (this.#context.get('endTicks') - this.#context.get('startTicks'));
  }
}

const nothing: Surroundings = { warmUp: 0, before: [], after: [] };
