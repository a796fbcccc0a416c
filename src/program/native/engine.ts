import { codeFunction } from '../../system/libc.ts';
import type { Batch, RunningProgram, Start } from '../engine.ts';
import type { Layout } from '../layout.ts';
import { PreparedProgram } from '../prepared.ts';
import type { Program } from '../step.ts';
import { StepFailure } from '../step-failure.ts';
import { compileLoop, type LoopCode } from './compile.ts';
import { Context } from './context.ts';
import { loadCode } from './load.ts';

/** A program whose iterations run as machine code. */
export class NativeProgram extends PreparedProgram implements RunningProgram {
  readonly #context: Context;
  readonly code: LoopCode;
  /** Where the code lies. */
  readonly codeAddress: number;
  readonly #loop: (context: number) => void;

  private constructor(
    program: Program,
    layout: Layout,
    context: Context,
    code: LoopCode,
    codeAddress: number,
  ) {
    const loop = codeFunction(codeAddress);
    super(program, context.slots, layout);
    this.#context = context;
    this.code = code;
    this.codeAddress = codeAddress;
    this.#loop = loop;
  }

  /** Compiles the iteration and runs the setup, in this order: code is not loaded into holes that the layout made. */
  static start({ program, workload, layout, architecture, delayTurns }: Start): NativeProgram {
    const context = new Context(program.slots);
    const code = compileLoop(program, workload, architecture, delayTurns);
    return new NativeProgram(program, layout, context, code, loadCode(code.bytes));
  }

  batch(iterations: number): Batch {
    const context = this.#context;
    context.startBatch();
    context.set('iterations', iterations);
    this.#loop(context.address);
    context.endBatch(iterations);
    const failed = context.get('failedStep');
    const step = this.program.iteration.find(({ number }) => number === failed);
    if (step !== undefined) throw new StepFailure(step, context.get('errno'));
    return { nanoseconds: context.elapsed(), executed: context.get('executed'), stale: context.get('stale') };
  }
}
