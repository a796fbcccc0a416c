import { MAP } from '../system/constants.ts';
import {
  type MeasuredProcess,
  type Operand,
  type Operation,
  type Region,
  writeString,
} from '../target/measured-process.ts';
import type { OperationList } from '../target/operation-list.ts';
import { asSystemCall, type CallOperand } from './calls.ts';
import { isSystemCall, pageNumberBits, type Step, type SystemCallStep } from './ir.ts';
import { isAlignedByKernel } from './layout.ts';
import type { Context } from './native/context.ts';
import { StepFailure } from './step-failure.ts';

/** Addresses of the compiled steps that are no calls, each `long step(void *context, long instance)`. */
export type Routines = ReadonlyMap<Step, number>;

/**
 * Has the measured process do single steps of a program, of which the results go to the program's context.
 */
export class StepRunner {
  readonly #target: MeasuredProcess;
  readonly #operations: OperationList;
  readonly #context: Context;
  readonly #routines: Routines;
  readonly #strings: Strings;

  constructor(
    target: MeasuredProcess,
    operations: OperationList,
    context: Context,
    { routines, strings }: { readonly routines: Routines; readonly strings: Strings },
  ) {
    this.#target = target;
    this.#operations = operations;
    this.#context = context;
    this.#routines = routines;
    this.#strings = strings;
  }

  /**
   * Adds a step of one instance to the operations, which reject with a StepFailure where the kernel refuses
   * it; `address` is the place that the layout chose, 0 for none.
   */
  add(step: Step, instance = 0, address: Operand = 0): void {
    const isCall = isSystemCall(step);
    const operation = isCall ? this.#call(step, instance, address) : this.#routine(step, instance);
    // What a routine returns is its step's number: the errno is in the context.
    this.#operations.add(
      operation,
      (errno) => new StepFailure(step, isCall ? errno : this.#context.get('errno'), this.#target.refused()),
    );
  }

  /** Gives an instance what a step of another one, or of another program, has produced. */
  share(slot: number, instance: number, value: Operand): void {
    this.#operations.add(
      { call: 'store', args: [this.#context.slotAddress(instance, slot), value] },
      (errno) => new TypeError(`a store gave errno ${errno}`),
    );
  }

  /** Where a step's result of the first instance is, as an operand. */
  resultOf(slot: number): Operand {
    return { wordAt: this.#context.slotAddress(0, slot), plus: 0 };
  }

  #call(step: SystemCallStep, instance: number, address: Operand): Operation {
    const { name, operands } = asSystemCall(step, this.#target);
    const args = operands.map((each) => this.#operand(each, instance, address));
    // A hint would not be taken.
    if (address !== 0 && isAlignedByKernel(step) && typeof args[3] === 'number')
      args[3] |= MAP.MAP_FIXED_NOREPLACE;
    const { result } = step;
    return {
      call: name,
      args,
      ...(result && { storeAt: this.#context.slotAddress(instance, result.slot) }),
    };
  }

  #operand(operand: CallOperand, instance: number, address: Operand): Operand {
    if ('constant' in operand) return operand.constant;
    if ('slot' in operand)
      return { wordAt: this.#context.slotAddress(instance, operand.slot), plus: operand.plus };
    if ('string' in operand) return this.#strings.addressOf(operand.string);
    if ('place' in operand) return address;
    const pageSize = operand.randomPageOf;
    return Math.floor(Math.random() * 2 ** pageNumberBits(pageSize)) * pageSize;
  }

  #routine(step: Step, instance: number): Operation {
    const routine = this.#routines.get(step);
    if (routine === undefined) throw new TypeError(`step ${step.number} was not compiled`);
    return { call: 'code', args: [routine, this.#context.address, this.#context.instanceOffset(instance)] };
  }
}

/** Strings that system calls are given, each once in the measured process's memory. */
export class Strings implements Disposable {
  readonly #target: MeasuredProcess;
  readonly #known = new Map<string, Region>();

  constructor(target: MeasuredProcess) {
    this.#target = target;
  }

  addressOf(text: string): number {
    const known = this.#known.get(text) ?? this.#target.allocate(Buffer.byteLength(text) + 1);
    if (!this.#known.has(text)) {
      writeString(known, text);
      this.#known.set(text, known);
    }
    return known.address;
  }

  [Symbol.dispose](): void {
    for (const region of this.#known.values()) region[Symbol.dispose]();
    this.#known.clear();
  }
}

/**
 * Values of a program that all that run at the same time in a process share, by slot: protection keys, which
 * threads and modules have in common.
 */
export class SharedResults {
  readonly #values = new Map<number, number>();
  #users = 0;

  /** undefined where none has made it yet. */
  get(slot: number): number | undefined {
    return this.#values.get(slot);
  }

  /** One more that uses the values; each calls `leave` once. */
  join(values: Iterable<readonly [slot: number, value: number]>): void {
    this.#users++;
    for (const [slot, value] of values) this.#values.set(slot, value);
  }

  leave(): void {
    this.#users--;
    if (this.#users === 0) this.#values.clear();
  }

  get isUsed(): boolean {
    return this.#users > 0;
  }
}
