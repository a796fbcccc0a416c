import { codeFunction } from '../../system/libc.ts';
import { loadCode } from '../../system/memory.ts';
import type { Batch, RunningProgram, Start } from '../engine.ts';
import { PreparedProgram } from '../prepared.ts';
import { StepFailure } from '../step-failure.ts';
import { compileLoop, contextSize, type LoopCode } from './compile.ts';
import { Context } from './context.ts';
import { type PhaseReading, type Trace, TraceMemory, traceWordsPerIteration } from './instrument.ts';
import { compileRoutines } from './routines.ts';

/** A program whose iterations run as machine code. */
export class NativeProgram extends PreparedProgram implements RunningProgram {
  readonly #context: Context;
  readonly code: LoopCode;
  /** Where the code lies. */
  readonly codeAddress: number;
  readonly #loop: (context: number) => void;
  readonly #keepsTrace: boolean;
  #trace: TraceMemory | undefined;

  private constructor(start: Start, context: Context, code: LoopCode, codeAddress: number) {
    const loop = codeFunction(codeAddress);
    super(start.program, context, start.layout, compileRoutines(start, context));
    this.#context = context;
    this.code = code;
    this.codeAddress = codeAddress;
    this.#loop = loop;
    this.#keepsTrace = start.instrument === 'latency';
  }

  /** Compiles the iteration and runs the setup, in this order: code is not loaded into holes that the layout made. */
  static start(start: Start): NativeProgram {
    const { program, content, architecture, delayTurns, instrument } = start;
    const context = new Context(contextSize(program, instrument));
    const code = compileLoop(program, content, architecture, { delayTurns, instrument });
    return new NativeProgram(start, context, code, loadCode(code.bytes));
  }

  batch(iterations: number): Batch {
    this.#loop(this.prepare(iterations));
    this.#context.endBatch(iterations);
    return this.settle();
  }

  /** Readies the loop for batches of so many iterations, and returns the address of its context. */
  prepare(iterations: number): number {
    const context = this.#context;
    context.startBatch();
    if (this.#keepsTrace) this.#prepareTrace(iterations);
    context.set('iterations', iterations);
    return context.address;
  }

  /** What the last batch says. Throws a StepFailure where a step has failed. */
  settle(): Batch {
    const context = this.#context;
    const failed = context.get('failedStep');
    const step = this.program.iteration.find(({ number }) => number === failed);
    if (step !== undefined) throw new StepFailure(step, context.get('errno'));
    return { nanoseconds: context.elapsed(), executed: context.get('executed'), stale: context.get('stale') };
  }

  /** A batch of a loop that was compiled for phases, and where its time went. */
  batchInPhases(iterations: number): Batch & PhaseReading {
    const words = this.#context.sums;
    words.fill(0n);
    const batch = this.batch(iterations);
    const perTick = this.#nanosecondsPerTick(batch);
    const sums = Array.from(words, (ticks) => Number(ticks) * perTick);
    return { ...batch, steps: sums.slice(0, -1), empty: sums.at(-1) ?? 0 };
  }

  /** A batch of a loop that was compiled for latency, and what each iteration took. */
  batchTraced(iterations: number): Batch & Trace {
    const batch = this.batch(iterations);
    return { ...batch, ...this.traceOf(iterations, batch) };
  }

  /** What each iteration of a batch took, which a loop compiled for latency has run. */
  traceOf(iterations: number, batch: Batch): Trace {
    const words = this.#trace?.words ?? new BigUint64Array(0);
    const perTick = this.#nanosecondsPerTick(batch);
    const every = (offset: number) =>
      Float64Array.from(
        { length: iterations },
        (_, index) => Number(words[index * traceWordsPerIteration + offset]) * perTick,
      );
    return { iterations: every(0), empty: every(1) };
  }

  /** Makes room for what a loop compiled for latency writes. */
  #prepareTrace(iterations: number): void {
    if (this.#trace === undefined || this.#trace.words.length < iterations * traceWordsPerIteration)
      this.#trace = new TraceMemory(iterations);
    this.#context.set('tracePosition', this.#trace.address);
  }

  #nanosecondsPerTick({ nanoseconds }: Batch): number {
    return nanoseconds / (this.#context.get('endTicks') - this.#context.get('startTicks'));
  }
}
