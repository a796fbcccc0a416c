import { callLibc, type LibcName, SystemCallError } from '../system/libc.ts';
import { constantOf } from './call-arguments.ts';
import { LayoutError, type Placement } from './layout.ts';
import type { Argument, CallStep } from './step.ts';
import { StepFailure } from './step-failure.ts';

/** The values that a program's steps have produced so far, by slot: addresses and file descriptors. */
export type Values = BigInt64Array;

/** Calls a step's libc function with the values that earlier steps produced. Throws a StepFailure. */
export function runCall(step: CallStep, values: Values, address = 0): void {
  const args = step.args.map((argument) => evaluate(argument, values, address));
  let result: number;
  try {
    result = callLibc(step.call satisfies LibcName, ...args);
  } catch (error) {
    if (error instanceof SystemCallError) throw new StepFailure(step, error.errno);
    throw error;
  }
  if (step.result !== undefined) values[step.result.slot] = BigInt(result);
}

/** A call's argument as libc takes it; `address` stands for a place that the layout chose, 0 for NULL. */
export function evaluate(argument: Argument, values: Values, address: number): number | string {
  switch (argument.type) {
    case 'value':
      return Number(values[argument.value.slot]);
    case 'address':
      return address;
    case 'randomAddress':
      return randomAddress();
    case 'string':
      return argument.value.replace('%d', String(process.pid));
    default:
      return constantOf(argument) ?? 0;
  }
}

/** Bits of a random page number of 4 KiB: 2^35 of them are the 128 TiB of a process. */
const pageNumberBits = 35;

function randomAddress(): number {
  return Math.floor(Math.random() * 2 ** pageNumberBits) * 4096;
}

/** A program's setup, run once in this process through libc, and its teardown. */
export class Setup {
  readonly #values: Values;
  readonly #teardown: readonly CallStep[];
  #done: CallStep[] = [];

  constructor(
    steps: readonly CallStep[],
    teardown: readonly CallStep[],
    values: Values,
    placement: Placement,
  ) {
    this.#values = values;
    this.#teardown = teardown;
    try {
      for (const step of steps) {
        const place = step.call === 'mmap' ? placement.forSetup(step) : 0;
        runCall(step, values, place);
        this.#done.push(step);
        // A hint is only a hint: what lies elsewhere has other neighbours.
        if (place !== 0 && step.result !== undefined && Number(values[step.result.slot]) !== place) {
          throw new LayoutError(
            `the kernel did not place ${step.result.name} between its guards; try --layout kernel`,
          );
        }
      }
    } catch (error) {
      this.undo();
      throw error;
    }
  }

  /** Runs the teardown of everything that was set up. */
  undo(): void {
    const made = new Set(this.#done.map((step) => step.result?.slot));
    for (const step of this.#teardown) {
      const [first] = step.args;
      if (first?.type === 'value' && made.has(first.value.slot)) runCall(step, this.#values);
    }
    this.#done = [];
  }
}
