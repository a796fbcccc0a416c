import type { CodeTemplate } from '../../workloads/workload.ts';
import type { ModuleSize } from '../step.ts';
import type { ContextField } from './context.ts';

/** Where a system call's argument comes from. */
export type Operand =
  | { readonly constant: number }
  /** A value that an earlier step produced. */
  | { readonly slot: number }
  /** The address of a field of the context block. */
  | { readonly addressOf: ContextField }
  /** A page-aligned address below 2^47 from the generator in the context. */
  | { readonly random: true };

/** What is done to a module in one iteration. */
export interface ModuleWork {
  readonly module: ModuleSize;
  readonly code: CodeTemplate;
}

/**
 * Emits the loop for one architecture. Called in the order begin, (system calls), beginIteration, steps,
 * endIteration, (system calls), end, and last writeModule and executeModule if they are used.
 */
export interface Target {
  /** Bytes emitted so far. */
  readonly length: number;
  /** Entry of `void loop(void *context)`. */
  begin(): void;
  /** Raw system call, its result left in the result register. */
  systemCall(number: number, operands: readonly Operand[]): void;
  /** After a system call: a result of -4095..-1 ends the loop with the step's number. */
  checkResult(step: number): void;
  /** After a system call: keeps the result as a value of the program. */
  keepResult(slot: number): void;
  beginIteration(): void;
  /** Emits what runs only in the last of every so many iterations, a power of 2. */
  lastOfEvery(count: number, emit: () => void): void;
  callWriteModule(slot: number): void;
  callExecuteModule(slot: number): void;
  /** Keeps the cycle counter in a field of the context. */
  keepTicks(field: ContextField): void;
  /** From here on the next interval counts. */
  startInterval(): void;
  /** Adds the ticks of the interval to a value of the program, and starts the next one. */
  addInterval(slot: number): void;
  /** Appends the ticks of the interval to the trace, whose next place a field of the context keeps; starts the next one. */
  traceInterval(): void;
  /** An empty loop of so many turns. */
  delay(turns: number): void;
  endIteration(): void;
  /** What runs once the loop has ended, whether all iterations ran or a step failed. */
  beginExit(): void;
  end(): void;
  writeModule(work: ModuleWork): void;
  executeModule(work: ModuleWork): void;
  /** The finished code, position-independent. */
  finish(): Uint8Array;
}
