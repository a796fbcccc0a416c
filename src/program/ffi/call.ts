import { hostArchitecture } from '../../system/architecture.ts';
import { isLibcName, lastErrno, libc, systemCall } from '../../system/libc.ts';
import { systemCallNumber } from '../../system/syscalls.ts';
import { constantOf, subjectOf } from '../call-arguments.ts';
import type { Argument, CallStep } from '../step.ts';
import { StepFailure } from '../step-failure.ts';
import { pageNumberBits } from '../value.ts';

const architecture = hostArchitecture() ?? 'x64';

type CallFunction = (...args: (number | string)[]) => number;
type Evaluated = number | string;
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

/** The C library's function for a step's call, or its system call where libraries differ. Returns -1 where it fails. */
function functionOf({ call }: CallStep): CallFunction {
  if (isLibcName(call)) return libc(call);
  const number = systemCallNumber(architecture, call);
  return (...args) => systemCall(number, ...args.map(Number));
}

/** A call's argument as libc takes it, with the values that earlier steps produced. */
function evaluate(argument: Argument, values: BigInt64Array): Evaluated {
  switch (argument.type) {
    case 'value':
      return Number(values[argument.value.slot]) + (argument.plus ?? 0);
    // The kernel chooses: the layout has left the one hole in which the mapping fits.
    case 'address':
      return 0;
    case 'randomAddress':
      return Math.floor(Math.random() * 2 ** pageNumberBits(argument.pageSize)) * argument.pageSize;
    case 'string':
      return argument.value.replace('%d', String(process.pid));
    case 'ownPid':
      return process.pid;
    default:
      return constantOf(argument, architecture) ?? 0;
  }
}

/**
 * A function that makes a step's call, with everything evaluated beforehand that setup has already produced.
 * It throws a StepFailure where the call fails.
 */
export function callDriver(step: CallStep, values: BigInt64Array): () => void {
  const f = functionOf(step);
  const call = byArity[step.args.length] ?? ((_, a) => f(...a));
  const args = step.args.map((argument) => evaluate(argument, values)) as Arguments;
  const subject = subjectOf(step);
  // What setup has not produced is known only when the call is made.
  const late = [...step.args.entries()].filter(
    ([index, { type }]) => type === 'randomAddress' || (type === 'value' && index > 0),
  );
  const result = step.result?.slot;
  return () => {
    if (subject !== undefined) args[0] = Number(values[subject.value.slot]) + subject.plus;
    for (const [index, argument] of late) args[index] = evaluate(argument, values);
    const returned = call(f, args);
    if (returned === -1) throw new StepFailure(step, lastErrno(), 'self');
    if (result !== undefined) values[result] = BigInt(returned);
  };
}
