import type { Recorder } from '../../assembler/recorder.ts';
import { type Architecture, systemCallNumber } from '../../system/syscalls.ts';
import type { AllocatorFunction, LibraryFunctions } from '../../target/measured-process.ts';
import type { Content } from '../../workloads/content.ts';
import { linkedCode } from '../../workloads/page-starts.ts';
import { asSystemCall, type CallOperand, operandOf } from '../calls.ts';
import {
  type CallStep,
  type ExecuteStep,
  faultHandlingOf,
  type HandleFaultsStep,
  isAllocatorCall,
  isSystemCall,
  type Program,
  type Step,
} from '../ir.ts';
import { Arm64Loop } from './arm64/loop.ts';
import type { ContextField, ContextSize } from './context.ts';
import { type Instrument, sumsFor } from './instrument.ts';
import type { Loop, ModuleWork, Operand, Through } from './loop.ts';
import { X64Loop } from './x64/loop.ts';

const loops: Readonly<Record<Architecture, new (recorder?: Recorder) => Loop>> = {
  x64: X64Loop,
  arm64: Arm64Loop,
};

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
  /** The index of the step that they are a part of; default: of none. */
  readonly delayedStep?: number | undefined;
  /**
   * Instructions that do nothing before each system call of a step, and before what was written is run.
   * Default 0.
   */
  readonly distance?: number | undefined;
  /** Reads the cycle counter: around every step, or once an iteration. */
  readonly instrument?: Instrument | undefined;
  /** Keeps what is written. */
  readonly recorder?: Recorder | undefined;
}

/** The process that code is compiled for. */
export interface CompileFor {
  readonly architecture: Architecture;
  readonly pid: number;
  /** Of shared objects, by their paths. */
  readonly libraries?: ReadonlyMap<string, LibraryFunctions>;
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
  target: CompileFor,
  { delayTurns = 0, delayedStep, distance = 0, instrument, recorder }: LoopOptions = {},
): LoopCode {
  const emitter = new Emitter(program, content, target, { distance, recorder });
  const { architecture } = target;
  const { out } = emitter;
  const size = contextSize(program, instrument);
  const symbols: CodeSymbol[] = [];
  const named = (name: string, emit: () => void) => {
    const offset = out.length;
    emit();
    symbols.push({ name, offset, size: out.length - offset });
  };
  const clock = (field: ContextField) => {
    const number = systemCallNumber(architecture, 'clock_gettime');
    out.systemCall(number, [{ constant: CLOCK_MONOTONIC }, { addressOf: field }]);
  };

  named('loop', () => {
    out.begin(size);
    clock('startSeconds');
    if (instrument !== undefined) out.keepTicks('startTicks');
    out.beginIteration();
    if (size.instances > 1) out.chooseInstance(size);
    if (instrument !== undefined) out.startInterval();
  });
  for (const [index, step] of program.iteration.entries()) {
    named(step.kind === 'call' ? step.call : 'loop', () => emitter.emit(step));
    if (index === delayedStep) out.delay(delayTurns);
    if (instrument === 'phases') out.addInterval(index);
  }
  named('loop', () => {
    if (instrument === 'phases') out.addInterval(program.iteration.length);
    if (instrument === 'latency') {
      out.traceInterval();
      out.traceInterval();
    }
    if (delayTurns > 0 && delayedStep === undefined) out.delay(delayTurns);
    out.endIteration();
    out.beginExit();
    if (instrument !== undefined) out.keepTicks('endTicks');
    clock('endSeconds');
    out.end();
  });
  for (const [name, emit] of emitter.routinesOf(program.iteration)) named(name, emit);
  const bytes = out.finish();
  const last = symbols.at(-1);
  // Strings lie behind the last routine.
  if (last !== undefined) symbols[symbols.length - 1] = { ...last, size: bytes.length - last.offset };
  return { bytes, symbols };
}

/**
 * Compiles one step as a function `long step(void *context, long instance)`, which returns 0 or the negative
 * number of the step that failed. `size` is that of the context; `instance` are the bytes to the values that
 * the step works on.
 */
export function compileStep(
  step: Step,
  program: Program,
  content: Content,
  target: CompileFor,
  size: ContextSize,
): Uint8Array {
  const emitter = new Emitter(program, content, target);
  const { out } = emitter;
  out.begin(size);
  emitter.emit(step);
  out.beginExit();
  out.end();
  for (const [, emit] of emitter.routinesOf([step])) emit();
  return out.finish();
}

/** The routines that write, by what they write through, as profiles show them. */
const writers = [
  ['mapping', 'write_module'],
  ['file', 'pwrite_module'],
  ['links', 'write_links'],
] as const;

/** Emits the steps of one program. */
class Emitter {
  readonly out: Loop;
  readonly #for: CompileFor;
  readonly #loads: number;
  readonly #library: string | undefined;
  readonly #bytes: number;
  readonly #work: Readonly<Record<Through | 'execute', ModuleWork>>;
  /** The run that a handler of faults serves: its number is that of a failure. */
  readonly #servedRun: ExecuteStep | undefined;

  constructor(
    program: Program,
    content: Content,
    target: CompileFor,
    { distance = 0, recorder }: Pick<LoopOptions, 'distance' | 'recorder'> = {},
  ) {
    const { module, loads, landingPads = false, linkDistance, isLoaded = false, icache = 'follow' } = program;
    this.out = new loops[target.architecture](recorder);
    this.#for = target;
    this.#loads = loads;
    this.#library = program.library;
    this.#bytes = module.pages * module.pageSize;
    const isLinked = linkDistance !== undefined;
    const codeStays = isLinked || isLoaded;
    const work = { module, content, landingPads, codeStays, icache, distance };
    this.#work = { mapping: work, file: work, links: work, page: work, execute: work };
    if (faultHandlingOf(program) !== undefined) {
      this.#servedRun = program.iteration.find((step) => step.kind === 'execute_module');
      // What is not there cannot be invalidated: the handler does it.
      this.#work = { ...this.#work, execute: { ...work, codeStays: true } };
    }
    if (!isLinked) return;
    if (content.kind !== 'page starts') throw new TypeError('only code at page starts has links');
    const { code, link } = linkedCode(content.code, target.architecture, linkDistance);
    const [written, links] = [code, link].map((each) => ({ ...work, content: { ...content, code: each } }));
    if (written && links) this.#work = { ...this.#work, mapping: written, file: written, links };
  }

  emit(step: Step): void {
    const { out } = this;
    const loads = this.#loads;
    switch (step.kind) {
      case 'call':
        this.#call(step);
        return;
      case 'flush_module':
        out.callFlushModule(step, { load: step.load, loads });
        return;
      case 'write_links':
        out.callWriteLinks(step, { load: step.load, loads });
        return;
      // The host looks.
      case 'require':
        return;
      case 'write_module':
        out.callWriteModule(step, { load: step.load, loads });
        if (step.into.kind === 'file') out.checkResult(step.number);
        return;
      case 'execute_module':
        out.callExecuteModule(step, { load: step.load, loads });
        if (this.#servedRun !== undefined) out.exitOnFailure();
        return;
      case 'handle_faults':
        out.handleFaults(step);
        out.keepResult(step.result.slot);
        return;
      case 'pkey_set':
        out.setRights(step);
        return;
      case 'store':
        out.store(step, inLoop(operandOf(step.word, this.#for)));
        return;
      case 'start_writer':
        out.startWriter(step);
        out.checkResult(step.number);
        out.keepResult(step.result.slot);
        return;
      case 'ask_writer':
        out.askWriter(step, { load: step.load, loads });
        return;
      default:
        step satisfies never;
    }
  }

  #call(step: CallStep): void {
    const { out } = this;
    if (isAllocatorCall(step)) {
      this.#callAllocator(step);
      return;
    }
    if (!isSystemCall(step)) throw new TypeError(`${step.call} is no system call`);
    const emit = () => {
      const { name, operands } = asSystemCall(step, this.#for);
      out.keepDistance(this.#work.execute.distance);
      out.systemCall(systemCallNumber(this.#for.architecture, name), operands.map(inLoop));
      out.checkResult(step.number);
      if (step.result !== undefined) out.keepResult(step.result.slot);
    };
    if (step.every === undefined) emit();
    else out.lastOfEvery(step.every, emit);
  }

  /** A function of the shared object; what it returns is an address, or NULL for an errno. */
  #callAllocator(step: CallStep<AllocatorFunction>): void {
    const { out } = this;
    const functions = this.#for.libraries?.get(this.#library ?? '');
    if (functions === undefined) throw new TypeError(`${this.#library} was not loaded into the process`);
    const operands = step.args.map((each) => inLoop(operandOf(each, this.#for)));
    const isLoad = step.call === 'mapbench_load';
    if (isLoad) out.describeModule(this.#bytes, { load: 0, loads: this.#loads });
    out.callFunction(functions[step.call], isLoad ? [...operands, { addressOf: 'moduleBytes' }] : operands);
    if (step.result === undefined) return;
    out.errnoOfNull(functions.errnoLocation);
    out.checkResult(step.number);
    out.keepResult(step.result.slot);
  }

  #handlerRoutines(step: HandleFaultsStep): (readonly [string, () => void])[] {
    const { out } = this;
    const run = this.#servedRun;
    if (run === undefined) throw new TypeError('a handler of faults that serves no run');
    const counter = { load: run.load, loads: this.#loads };
    const work = this.#work.page;
    return [
      ['write_page', () => out.writeModule(work, 'page')],
      ['handle_fault', () => out.faultHandler(work, { step, run, counter })],
    ];
  }

  /** The routines that steps call, by name, in the order in which they are emitted. */
  routinesOf(steps: readonly Step[]): (readonly [string, () => void])[] {
    const through = (wanted: Through) =>
      steps.some(
        (step) =>
          (step.kind === 'start_writer' && wanted === 'mapping') ||
          (step.kind === 'call' && step.call === 'mapbench_load' && wanted === 'mapping') ||
          (step.kind === 'write_links' && wanted === 'links') ||
          (step.kind === 'write_module' && (step.into.kind === 'file' ? 'file' : 'mapping') === wanted),
      );
    const { out } = this;
    const handling = steps.find((step) => step.kind === 'handle_faults');
    return [
      ...(handling === undefined ? [] : this.#handlerRoutines(handling)),
      ...writers
        .filter(([wanted]) => through(wanted))
        .map(([wanted, name]) => [name, () => out.writeModule(this.#work[wanted], wanted)] as const),
      ...(steps.some((step) => step.kind === 'call' && step.call === 'mapbench_load')
        ? [['write_callback', () => out.writeCallback()] as const]
        : []),
      ...(['clflush', 'clwb'] as const)
        .filter((wanted) => steps.some((step) => step.kind === 'flush_module' && step.with === wanted))
        .map((wanted) => ['flush_module', () => out.flushModule(this.#work.execute, wanted)] as const),
      ...(steps.some(({ kind }) => kind === 'execute_module')
        ? [['execute_module', () => out.executeModule(this.#work.execute)] as const]
        : []),
    ];
  }
}

/** In an iteration the kernel chooses: the layout has left the one hole in which the mapping fits. */
function inLoop(operand: CallOperand): Operand {
  return 'place' in operand ? { constant: 0 } : operand;
}
