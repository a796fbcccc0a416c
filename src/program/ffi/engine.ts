import { codeFunction } from '../../system/libc.ts';
import { isError, type MeasuredProcess } from '../../target/measured-process.ts';
import type { Batch, LoadedCode, ProgramSource, RunningProgram, Surroundings } from '../engine.ts';
import { contextSize } from '../native/compile.ts';
import { Context } from '../native/context.ts';
import { type LoadedRoutines, loadRoutines } from '../native/routines.ts';
import { PreparedProgram } from '../prepared.ts';
import { SharedResults } from '../shared-results.ts';
import type { Step } from '../step.ts';
import { StepFailure } from '../step-failure.ts';
import { type Routines, Strings } from '../step-runner.ts';
import { callDriver } from './call.ts';

/** A program whose iterations are JavaScript in the measured process, which is this one. */
export class FfiCode implements LoadedCode {
  readonly target: MeasuredProcess;
  readonly program: ProgramSource['program'];
  readonly layout: ProgramSource['layout'];
  readonly routines: Routines;
  readonly strings: Strings;
  readonly shared = new SharedResults();
  readonly #loaded: LoadedRoutines;

  private constructor(target: MeasuredProcess, source: ProgramSource, loaded: LoadedRoutines) {
    this.target = target;
    this.program = source.program;
    this.layout = source.layout;
    this.routines = loaded.routines;
    this.strings = new Strings(target);
    this.#loaded = loaded;
  }

  /** `target` is this process. */
  static async load(target: MeasuredProcess, source: ProgramSource): Promise<FfiCode> {
    const { program } = source;
    const steps = [...program.setup, ...program.iteration];
    return new FfiCode(target, source, await loadRoutines(target, source, steps, contextSize(program)));
  }

  async start(): Promise<FfiProgram> {
    const running = new FfiProgram(this, new Context(this.target, contextSize(this.program)));
    await running.setUp();
    return running;
  }

  [Symbol.dispose](): void {
    this.strings[Symbol.dispose]();
    this.#loaded.region[Symbol.dispose]();
  }
}

/** A program whose iterations JavaScript walks, one koffi call a step: what a JavaScript host would pay. */
export class FfiProgram extends PreparedProgram implements RunningProgram {
  readonly #code: FfiCode;
  readonly #context: Context;
  #steps: readonly { readonly run: () => void; readonly every: number }[] = [];

  constructor(code: FfiCode, context: Context) {
    super(code, context);
    this.#code = code;
    this.#context = context;
  }

  override async setUp(): Promise<void> {
    await super.setUp();
    const values = this.#context.values(0);
    this.#steps = this.program.iteration.map((step) => ({
      run: step.kind === 'call' ? callDriver(step, values) : this.#routine(step),
      every: step.kind === 'call' ? (step.every ?? 1) : 1,
    }));
  }

  #routine(step: Step): () => void {
    const run = codeFunction(this.#code.routines.get(step) ?? 0);
    const context = this.#context;
    return () => {
      if (isError(run(context.address, 0))) throw new StepFailure(step, context.get('errno'), 'self');
    };
  }

  async batch(iterations: number, surroundings?: Surroundings): Promise<Batch> {
    const { warmUp = 0, before = [], after = [] } = surroundings ?? {};
    const context = this.#context;
    context.startBatch();
    this.#iterate(warmUp);
    await this.#code.target.run(before);
    const start = process.hrtime.bigint();
    this.#iterate(iterations);
    const nanoseconds = Number(process.hrtime.bigint() - start);
    await this.#code.target.run(after);
    return { nanoseconds, executed: context.get('executed'), stale: context.get('stale') };
  }

  #iterate(iterations: number): void {
    const context = this.#context;
    for (let remaining = iterations; remaining > 0; remaining--) {
      context.set('iterations', remaining);
      for (const { run, every } of this.#steps) {
        if (every === 1 || isLastOf(every, remaining)) run();
      }
    }
    context.endBatch(iterations);
  }
}

/** As the generated loop decides it: the last iteration of a batch is one. */
function isLastOf(every: number, remaining: number): boolean {
  return remaining % every === 1;
}
