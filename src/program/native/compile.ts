import type { Architecture } from '../../system/architecture.ts';
import { AT_FDCWD } from '../../system/constants.ts';
import { systemCallNumber } from '../../system/syscalls.ts';
import type { Content } from '../../workloads/content.ts';
import { constantOf } from '../call-arguments.ts';
import type { Argument, CallStep, Program, Step } from '../step.ts';
import { Arm64Target } from './arm64.ts';
import type { ContextField, ContextSize } from './context.ts';
import { type Instrument, sumsFor } from './instrument.ts';
import type { ModuleWork, Operand, Target, Through } from './target.ts';
import { X64Target } from './x64.ts';

const targets: Readonly<Record<Architecture, new () => Target>> = { x64: X64Target, arm64: Arm64Target };

const CLOCK_MONOTONIC = 1;

/** A named range of generated code; offsets and sizes in bytes. */
export interface CodeSymbol {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** The machine code of one program's loop; the entry point `void loop(void *context)` is its first byte. */
export interface LoopCode {
  readonly bytes: Uint8Array;
  readonly symbols: readonly CodeSymbol[];
}

/** What a loop does beside its iterations. */
export interface LoopOptions {
  /** Turns of an empty loop that slow every iteration down: the power study's known slowdown. Default 0. */
  readonly delayTurns?: number | undefined;
  /** Reads the cycle counter: around every step, or once an iteration. */
  readonly instrument?: Instrument | undefined;
}

/** The room that a program's loop needs in its context block. */
export function contextSize(program: Program, instrument?: Instrument): ContextSize {
  return {
    slots: program.slots,
    sums: sumsFor(instrument, program.iteration.length),
    instances: program.instances ?? 1,
  };
}

/** Compiles a program's iteration into a loop that runs it as often as the context block says. */
export function compileLoop(
  program: Program,
  content: Content,
  architecture: Architecture,
  { delayTurns = 0, instrument }: LoopOptions = {},
): LoopCode {
  const emitter = new Emitter(program, content, architecture);
  const { target } = emitter;
  const size = contextSize(program, instrument);
  const symbols: CodeSymbol[] = [];
  const named = (name: string, emit: () => void) => {
    const offset = target.length;
    emit();
    symbols.push({ name, offset, size: target.length - offset });
  };
  const clock = (field: ContextField) => {
    const number = systemCallNumber(architecture, 'clock_gettime');
    target.systemCall(number, [{ constant: CLOCK_MONOTONIC }, { addressOf: field }]);
  };

  named('loop', () => {
    target.begin(size);
    clock('startSeconds');
    if (instrument !== undefined) target.keepTicks('startTicks');
    target.beginIteration();
    if (size.instances > 1) target.chooseInstance(size);
    if (instrument !== undefined) target.startInterval();
  });
  for (const [index, step] of program.iteration.entries()) {
    named(step.kind === 'call' ? step.call : 'loop', () => emitter.emit(step));
    if (instrument === 'phases') target.addInterval(index);
  }
  named('loop', () => {
    if (instrument === 'phases') target.addInterval(program.iteration.length);
    if (instrument === 'latency') {
      target.traceInterval();
      target.traceInterval();
    }
    if (delayTurns > 0) target.delay(delayTurns);
    target.endIteration();
    target.beginExit();
    if (instrument !== undefined) target.keepTicks('endTicks');
    clock('endSeconds');
    target.end();
  });
  for (const [name, emit] of emitter.routinesOf(program.iteration)) named(name, emit);
  const bytes = target.finish();
  const last = symbols.at(-1);
  // Strings lie behind the last routine.
  if (last !== undefined) symbols[symbols.length - 1] = { ...last, size: bytes.length - last.offset };
  return { bytes, symbols };
}

/**
 * Compiles one step as a function `void step(void *context)`, which works on the instance that the context names. `size` is
 * that of the context.
 */
export function compileStep(
  step: Step,
  program: Program,
  content: Content,
  architecture: Architecture,
  size: ContextSize,
): Uint8Array {
  const emitter = new Emitter(program, content, architecture);
  const { target } = emitter;
  target.begin(size);
  emitter.emit(step);
  target.beginExit();
  target.end();
  for (const [, emit] of emitter.routinesOf([step])) emit();
  return target.finish();
}

/** Emits the steps of one program. */
class Emitter {
  readonly target: Target;
  readonly #architecture: Architecture;
  readonly #loads: number;
  readonly #work: ModuleWork;

  constructor({ module, loads, landingPads = false }: Program, content: Content, architecture: Architecture) {
    this.target = new targets[architecture]();
    this.#architecture = architecture;
    this.#loads = loads;
    this.#work = { module, content, landingPads };
  }

  emit(step: Step): void {
    const { target } = this;
    const loads = this.#loads;
    switch (step.kind) {
      case 'call':
        this.#call(step);
        return;
      case 'write_module':
        target.callWriteModule(step, { load: step.load, loads });
        if (step.into.kind === 'file') target.checkResult(step.number);
        return;
      case 'execute_module':
        target.callExecuteModule(step, { load: step.load, loads });
        return;
      case 'pkey_set':
        target.setRights(step);
        return;
      case 'store':
        target.store(step, operandOf(step.word));
        return;
      case 'start_writer':
        target.startWriter(step);
        target.checkResult(step.number);
        target.keepResult(step.result.slot);
        return;
      case 'ask_writer':
        target.askWriter(step, { load: step.load, loads });
        return;
    }
  }

  #call(step: CallStep): void {
    const { target } = this;
    const emit = () => {
      const { number, operands } = asSystemCall(step, this.#architecture);
      target.systemCall(number, operands);
      target.checkResult(step.number);
      if (step.result !== undefined) target.keepResult(step.result.slot);
    };
    if (step.every === undefined) emit();
    else target.lastOfEvery(step.every, emit);
  }

  /** The routines that steps call, by name, in the order in which they are emitted. */
  routinesOf(steps: readonly Step[]): (readonly [string, () => void])[] {
    const through = (wanted: Through) =>
      steps.some(
        (step) =>
          (step.kind === 'start_writer' && wanted === 'mapping') ||
          (step.kind === 'write_module' && (step.into.kind === 'file' ? 'file' : 'mapping') === wanted),
      );
    const { target } = this;
    return [
      ...(through('mapping')
        ? [['write_module', () => target.writeModule(this.#work, 'mapping')] as const]
        : []),
      ...(through('file') ? [['pwrite_module', () => target.writeModule(this.#work, 'file')] as const] : []),
      ...(steps.some(({ kind }) => kind === 'execute_module')
        ? [['execute_module', () => target.executeModule(this.#work)] as const]
        : []),
    ];
  }
}

/** A call as one system call: what libraries make of several names, and of shared memory, is spelled out. */
function asSystemCall({ call, args }: CallStep, architecture: Architecture) {
  if (call === 'shm_open' || call === 'shm_unlink') {
    const [name, flags, mode] = args;
    const path = { string: `/dev/shm${name?.type === 'string' ? resolvePid(name.value) : ''}` };
    const directory = { constant: AT_FDCWD };
    const rest =
      call === 'shm_unlink'
        ? [{ constant: 0 }]
        : [{ constant: constantOf(flags ?? noFlags) ?? 0 }, operandOf(mode ?? noFlags)];
    const number = systemCallNumber(architecture, call === 'shm_unlink' ? 'unlinkat' : 'openat');
    return { number, operands: [directory, path, ...rest] };
  }
  return { number: systemCallNumber(architecture, call), operands: args.map(operandOf) };
}

const noFlags: Argument = { type: 'bytes', value: 0 };

const resolvePid = (text: string) => text.replace('%d', String(process.pid));

function operandOf(argument: Argument): Operand {
  switch (argument.type) {
    case 'value':
      return { slot: argument.value.slot, plus: argument.plus ?? 0 };
    case 'randomAddress':
      return { randomPageOf: argument.pageSize };
    case 'string':
      return { string: resolvePid(argument.value) };
    // The kernel chooses: the layout has left the one hole in which the mapping fits.
    case 'address':
      return { constant: 0 };
    default:
      return { constant: constantOf(argument) ?? 0 };
  }
}

/** The lines of /tmp/perf-<pid>.map that name the code at `address` for perf(1). */
export function perfMap(code: LoopCode, address: number): string {
  const hex = (value: number) => value.toString(16);
  return code.symbols
    .map(({ name, offset, size }) => `${hex(address + offset)} ${hex(size)} ${name}\n`)
    .join('');
}
