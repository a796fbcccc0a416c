import { hostArchitecture } from '../system/architecture.ts';
import { isLibcName, lastErrno, libc, systemCall } from '../system/libc.ts';
import { systemCallNumber } from '../system/syscalls.ts';
import { constantOf, subjectOf } from './call-arguments.ts';
import { LayoutError, type Placement } from './layout.ts';
import type { Argument, CallStep, Step } from './step.ts';
import { StepFailure } from './step-failure.ts';
import { pageNumberBits, resultOf } from './value.ts';

/** The values that a program's steps have produced so far, by slot: addresses and file descriptors. */
export type Values = BigInt64Array;

/** The C library's function for a step's call, or its system call where libraries differ. Returns -1 where it fails. */
export function functionOf({ call }: CallStep): (...args: (number | string)[]) => number {
  if (isLibcName(call)) return libc(call);
  const number = systemCallNumber(hostArchitecture() ?? 'x64', call);
  return (...args) => systemCall(number, ...args.map(Number));
}

/** Makes a step's call with the values that earlier steps produced. Throws a StepFailure. */
export function runCall(step: CallStep, values: Values, address = 0): void {
  const args = step.args.map((argument) => evaluate(argument, values, address));
  const result = functionOf(step)(...args);
  if (result === -1) throw new StepFailure(step, lastErrno());
  if (step.result !== undefined) values[step.result.slot] = BigInt(result);
}

/** A call's argument as libc takes it; `address` stands for a place that the layout chose, 0 for NULL. */
export function evaluate(argument: Argument, values: Values, address: number): number | string {
  switch (argument.type) {
    case 'value':
      return Number(values[argument.value.slot]) + (argument.plus ?? 0);
    case 'address':
      return address;
    case 'randomAddress':
      return randomAddress(argument.pageSize);
    case 'string':
      return argument.value.replace('%d', String(process.pid));
    default:
      return constantOf(argument) ?? 0;
  }
}

function randomAddress(pageSize: number): number {
  return Math.floor(Math.random() * 2 ** pageNumberBits(pageSize)) * pageSize;
}

/** Steps that are no calls, as functions: an engine compiles them. */
export type Routines = ReadonlyMap<Step, () => void>;

/** A program's setup, run once in this process, and its teardown. */
export class Setup {
  readonly #values: Values;
  readonly #teardown: readonly CallStep[];
  readonly #made = new Set<number>();

  constructor(
    steps: readonly Step[],
    teardown: readonly CallStep[],
    values: Values,
    placement: Placement,
    routines: Routines,
  ) {
    this.#values = values;
    this.#teardown = teardown;
    try {
      for (const step of steps) {
        if (step.kind === 'call') this.#call(step, placement);
        else routines.get(step)?.();
        const made = resultOf(step);
        if (made !== undefined) this.#made.add(made.slot);
      }
    } catch (error) {
      this.undo();
      throw error;
    }
  }

  #call(step: CallStep, placement: Placement): void {
    const place = step.call === 'mmap' ? placement.forSetup(step) : 0;
    runCall(step, this.#values, place);
    // A hint is only a hint: what lies elsewhere has other neighbours.
    if (place !== 0 && step.result !== undefined && Number(this.#values[step.result.slot]) !== place) {
      throw new LayoutError(
        `the kernel did not place ${step.result.name} between its guards; try --layout kernel`,
      );
    }
  }

  /** Runs the teardown of everything that was set up. */
  undo(): void {
    for (const step of this.#teardown) {
      const subject = subjectOf(step);
      if (subject !== undefined && this.#made.has(subject.value.slot)) runCall(step, this.#values);
    }
    this.#made.clear();
  }
}
