import type { Batch, RunningProgram, Start } from '../engine.ts';
import type { Routines } from '../libc-steps.ts';
import { contextSize } from '../native/compile.ts';
import { Context } from '../native/context.ts';
import { compileRoutines } from '../native/routines.ts';
import { PreparedProgram } from '../prepared.ts';
import type { Step } from '../step.ts';
import { callDriver } from './call.ts';

/** Called after every step of an iteration. */
export type StepObserver = (step: Step) => void;

/** A program whose iterations JavaScript walks, one koffi call a step: what a JavaScript host would pay. */
export class FfiProgram extends PreparedProgram implements RunningProgram {
  readonly #context: Context;
  readonly #steps: readonly { readonly run: () => void; readonly every: number }[];

  private constructor(start: Start, context: Context, routines: Routines, observe?: StepObserver) {
    super(start.program, context, start.layout, routines);
    this.#context = context;
    const values = context.values(0);
    this.#steps = start.program.iteration.map((step) => {
      const run = step.kind === 'call' ? callDriver(step, values) : (routines.get(step) ?? (() => {}));
      const every = step.kind === 'call' ? (step.every ?? 1) : 1;
      return { run: observe === undefined ? run : () => [run(), observe(step)], every };
    });
  }

  static start(start: Start, observe?: StepObserver): FfiProgram {
    const context = new Context(contextSize(start.program));
    // Loaded before the setup runs, so that this code does not lie in holes that the layout made.
    const routines = compileRoutines(start, context, start.program.iteration);
    return new FfiProgram(start, context, routines, observe);
  }

  batch(iterations: number): Batch {
    const context = this.#context;
    const steps = this.#steps;
    context.startBatch();
    const start = process.hrtime.bigint();
    for (let remaining = iterations; remaining > 0; remaining--) {
      context.set('iterations', remaining);
      for (const { run, every } of steps) {
        if (every === 1 || isLastOf(every, remaining)) run();
      }
    }
    const nanoseconds = Number(process.hrtime.bigint() - start);
    context.endBatch(iterations);
    return { nanoseconds, executed: context.get('executed'), stale: context.get('stale') };
  }
}

/** As the generated loop decides it: the last iteration of a batch is one. */
function isLastOf(every: number, remaining: number): boolean {
  return remaining % every === 1;
}
