import { codeFunction, isLibcName, lastErrno, libc, systemCall } from '../system/libc.ts';
import { refusedProcess } from '../system/limits.ts';
import { hostArchitecture, systemCallNumber } from '../system/syscalls.ts';
import { isError, type MeasuredProcess } from '../target/measured-process.ts';
import { constantOf, subjectOf } from './calls.ts';
import {
  type Batch,
  type LoadedCode,
  PreparedProgram,
  type ProgramSource,
  type RunningProgram,
  type Surroundings,
} from './engine.ts';
import { type Argument, type CallStep, isSystemCall, pageNumberBits, type Step } from './ir.ts';
import { contextSize } from './native/compile.ts';
import { Context } from './native/context.ts';
import { type LoadedRoutines, loadRoutines } from './native/routines.ts';
import { StepFailure } from './step-failure.ts';
import { type Routines, SharedResults, Strings } from './step-runner.ts';

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

/**
 * The C library's function for a step's call, or its system call where libraries differ. Returns -1 where it
 * fails.
 */
function functionOf(step: CallStep): CallFunction {
  if (!isSystemCall(step)) throw new TypeError(`${step.call} is no system call`);
  const { call } = step;
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
function callDriver(step: CallStep, values: BigInt64Array): () => void {
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
    if (returned === -1) throw new StepFailure(step, lastErrno(), refusedProcess('self'));
    if (result !== undefined) values[result] = BigInt(returned);
  };
}

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
      if (isError(run(context.address, 0)))
        throw new StepFailure(step, context.get('errno'), refusedProcess('self'));
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
