import { lastErrno } from '../../system/libc.ts';
import { subjectOf } from '../call-arguments.ts';
import { evaluate, functionOf, type Values } from '../libc-steps.ts';
import type { CallStep } from '../step.ts';
import { StepFailure } from '../step-failure.ts';

type CallFunction = ReturnType<typeof functionOf>;
type Evaluated = ReturnType<typeof evaluate>;
/** As many as any call takes. */
type Arguments = [Evaluated, Evaluated, Evaluated, Evaluated, Evaluated, Evaluated];

/** Calls with a fixed number of arguments: spreading an array into koffi costs as much as the call itself. */
const byArity: Readonly<Record<number, (f: CallFunction, a: Arguments) => number>> = {
  1: (f, a) => f(a[0]),
  2: (f, a) => f(a[0], a[1]),
  3: (f, a) => f(a[0], a[1], a[2]),
  4: (f, a) => f(a[0], a[1], a[2], a[3]),
  5: (f, a) => f(a[0], a[1], a[2], a[3], a[4]),
  6: (f, a) => f(a[0], a[1], a[2], a[3], a[4], a[5]),
};

/**
 * A function that makes a step's call, with everything evaluated beforehand that setup has already produced.
 * It throws a StepFailure where the call fails.
 */
export function callDriver(step: CallStep, values: Values): () => void {
  const f = functionOf(step);
  const call = byArity[step.args.length] ?? ((_, a) => f(...a));
  const args = step.args.map((argument) => evaluate(argument, values, 0)) as Arguments;
  const subject = subjectOf(step);
  // What setup has not produced is known only when the call is made.
  const late = [...step.args.entries()].filter(
    ([index, { type }]) => type === 'randomAddress' || (type === 'value' && index > 0),
  );
  const result = step.result?.slot;
  return () => {
    if (subject !== undefined) args[0] = Number(values[subject.value.slot]) + subject.plus;
    for (const [index, argument] of late) args[index] = evaluate(argument, values, 0);
    const returned = call(f, args);
    if (returned === -1) throw new StepFailure(step, lastErrno());
    if (result !== undefined) values[result] = BigInt(returned);
  };
}
