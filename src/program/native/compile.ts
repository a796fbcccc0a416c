import type { Architecture } from '../../system/architecture.ts';
import { systemCallNumber } from '../../system/syscalls.ts';
import type { Workload } from '../../workloads/workload.ts';
import { constantOf } from '../call-arguments.ts';
import type { Argument, ExecuteStep, IterationStep, ModuleSize, Program, WriteStep } from '../step.ts';
import { Arm64Target } from './arm64.ts';
import type { ContextField } from './context.ts';
import type { Instrument } from './instrument.ts';
import type { ModuleWork, Operand, Target } from './target.ts';
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

/** Compiles a program's iteration into a loop that runs it as often as the context block says. */
export function compileLoop(
  program: Program,
  workload: Workload,
  architecture: Architecture,
  { delayTurns = 0, instrument }: LoopOptions = {},
): LoopCode {
  const target = new targets[architecture]();
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
    target.begin();
    clock('startSeconds');
    if (instrument !== undefined) target.keepTicks('startTicks');
    target.beginIteration();
    if (instrument !== undefined) target.startInterval();
  });
  for (const [index, step] of program.iteration.entries()) {
    named(step.kind === 'call' ? step.call : 'loop', () => emitStep(target, architecture, step));
    if (instrument === 'phases') target.addInterval(program.slots + index);
  }
  named('loop', () => {
    if (instrument === 'phases') target.addInterval(program.slots + program.iteration.length);
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
  const kinds = new Set(program.iteration.map((step) => step.kind));
  const work: ModuleWork = { module: program.module, code: workload.code[architecture] };
  if (kinds.has('write_module')) named('write_module', () => target.writeModule(work));
  if (kinds.has('execute_module')) named('execute_module', () => target.executeModule(work));
  return { bytes: target.finish(), symbols };
}

/** Compiles one write or execute step as a function `void step(void *context)`, for the ffi engine. */
export function compileStep(
  step: WriteStep | ExecuteStep,
  module: ModuleSize,
  workload: Workload,
  architecture: Architecture,
): Uint8Array {
  const target = new targets[architecture]();
  const work: ModuleWork = { module, code: workload.code[architecture] };
  target.begin();
  emitStep(target, architecture, step);
  target.beginExit();
  target.end();
  if (step.kind === 'write_module') target.writeModule(work);
  else target.executeModule(work);
  return target.finish();
}

function emitStep(target: Target, architecture: Architecture, step: IterationStep): void {
  switch (step.kind) {
    case 'write_module':
      target.callWriteModule(step.mapping.slot);
      return;
    case 'execute_module':
      target.callExecuteModule(step.mapping.slot);
      return;
    case 'call': {
      const emit = () => {
        const number = systemCallNumber(architecture, step.call);
        target.systemCall(number, step.args.map(operandOf));
        target.checkResult(step.number);
        if (step.result !== undefined) target.keepResult(step.result.slot);
      };
      if (step.every === undefined) emit();
      else target.lastOfEvery(step.every, emit);
      return;
    }
  }
}

function operandOf(argument: Argument): Operand {
  if (argument.type === 'value') return { slot: argument.value.slot };
  if (argument.type === 'randomAddress') return { random: true };
  // The kernel chooses: the layout has left the one hole in which the mapping fits.
  if (argument.type === 'address') return { constant: 0 };
  const constant = constantOf(argument);
  if (constant === undefined)
    throw new TypeError(`a ${argument.type} argument cannot be compiled into a loop`);
  return { constant };
}

/** The lines of /tmp/perf-<pid>.map that name the code at `address` for perf(1). */
export function perfMap(code: LoopCode, address: number): string {
  const hex = (value: number) => value.toString(16);
  return code.symbols
    .map(({ name, offset, size }) => `${hex(address + offset)} ${hex(size)} ${name}\n`)
    .join('');
}
