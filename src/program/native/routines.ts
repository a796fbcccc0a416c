import { codeFunction } from '../../system/libc.ts';
import { loadCode } from '../../system/memory.ts';
import type { Start } from '../engine.ts';
import type { Routines } from '../libc-steps.ts';
import type { Step } from '../step.ts';
import { StepFailure } from '../step-failure.ts';
import { compileStep } from './compile.ts';
import type { Context } from './context.ts';

/** The setup's steps that are no calls, and those of `more`, as functions that work on the context's instance. */
export function compileRoutines(
  { program, content, architecture }: Start,
  context: Context,
  more: readonly Step[] = [],
): Routines {
  const steps: readonly Step[] = [...program.setup, ...more];
  return new Map(
    steps
      .filter(({ kind }) => kind !== 'call')
      .map((step) => {
        const run = codeFunction(loadCode(compileStep(step, program, content, architecture, context.size)));
        return [step, () => runStep(step, run, context)];
      }),
  );
}

function runStep(step: Step, run: (context: number) => void, context: Context): void {
  context.set('failedStep', 0);
  run(context.address);
  if (context.get('failedStep') !== 0) throw new StepFailure(step, context.get('errno'));
}
