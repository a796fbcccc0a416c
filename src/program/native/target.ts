import type { Content } from '../../workloads/content.ts';
import type {
  AskWriterStep,
  ExecuteStep,
  Load,
  ModuleSize,
  Place,
  RightsStep,
  StartWriterStep,
  StoreStep,
  WriteStep,
} from '../ir.ts';
import type { ContextField, ContextSize } from './context.ts';

/** Where a system call's argument comes from. */
export type Operand =
  | { readonly constant: number }
  /** A value that an earlier step produced, `plus` bytes. */
  | { readonly slot: number; readonly plus: number }
  /** The address of a field of the context block. */
  | { readonly addressOf: ContextField }
  /** The address of a string that is put behind the code. */
  | { readonly string: string }
  /** The address of a random page of so many bytes below 2^47, from the generator in the context. */
  | { readonly randomPageOf: number };

/** What is done to a module in one load. */
export interface ModuleWork {
  readonly module: ModuleSize;
  readonly content: Content;
  /** What is called begins with a landing pad. */
  readonly landingPads: boolean;
  /** Instructions that do nothing before it is run. */
  readonly distance: number;
}

/** Through what a routine writes. */
export type Through = 'mapping' | 'file';

/** What a load is known by: its iteration's number times `loads`, plus which of the iteration's loads it is. */
export interface LoadCounter {
  readonly load: Load;
  readonly loads: number;
}

/**
 * Emits the loop for one architecture. Called in the order begin, (system calls), beginIteration, steps,
 * endIteration, (system calls), end, and last the routines that are used.
 */
export interface Target {
  /** Bytes emitted so far. */
  readonly length: number;
  /** Entry of `long loop(void *context, long instance)`: bytes to the values of the instance; returns 0, or minus the failed step. */
  begin(size: ContextSize): void;
  /** Raw system call, its result left in the result register. */
  systemCall(number: number, operands: readonly Operand[]): void;
  /** After a system call or a routine: a result of -4095..-1 ends the loop with the step's number. */
  checkResult(step: number): void;
  /** After a system call: keeps the result as a value of the program. */
  keepResult(slot: number): void;
  beginIteration(): void;
  /** Has the iteration work on the values of an instance drawn at random. */
  chooseInstance(size: ContextSize): void;
  /** Emits what runs only in the last of every so many iterations, a power of 2. */
  lastOfEvery(count: number, emit: () => void): void;
  /** Calls the routine that writes; its result is 0 or a negative errno. */
  callWriteModule(step: WriteStep, counter: LoadCounter): void;
  callExecuteModule(step: ExecuteStep, counter: LoadCounter): void;
  setRights(step: RightsStep): void;
  store(step: StoreStep, word: Operand): void;
  /** Starts the writer's process; the result register holds its id. The process never leaves this code. */
  startWriter(step: StartWriterStep): void;
  askWriter(step: AskWriterStep, counter: LoadCounter): void;
  /** Keeps the cycle counter in a field of the context. */
  keepTicks(field: ContextField): void;
  /** From here on the next interval counts. */
  startInterval(): void;
  /** Adds the ticks of the interval to a sum of the context, and starts the next one. */
  addInterval(sum: number): void;
  /** Appends the ticks of the interval to the trace, whose next place a field of the context keeps; starts the next one. */
  traceInterval(): void;
  /** An empty loop of so many turns. */
  delay(turns: number): void;
  endIteration(): void;
  /** What runs once the loop has ended, whether all iterations ran or a step failed. */
  beginExit(): void;
  end(): void;
  /** `long write_module(destination, where it runs, offset in the file, counter)` */
  writeModule(work: ModuleWork, through: Through): void;
  /** `void execute_module(module, counter)` */
  executeModule(work: ModuleWork): void;
  /** The finished code, position-independent, with the strings behind it. */
  finish(): Uint8Array;
}

/** A place as an operand; 0 without one. */
export function placeOperand(place: Place | undefined): Operand {
  if (place === undefined) return { constant: 0 };
  return place.kind === 'part' ? { slot: place.of.slot, plus: place.offset } : { slot: place.slot, plus: 0 };
}

/**
 * What a loop's readings of the cycle counter are for: `phases` sums the ticks of every step, `latency` keeps those of
 * every iteration. Both also read twice in a row, which tells what a reading itself takes.
 */
export type Instrument = 'phases' | 'latency';

/** Sums that an instrumented loop keeps: one for every step, and one for the empty interval. */
export function sumsFor(instrument: Instrument | undefined, steps: number): number {
  return instrument === 'phases' ? steps + 1 : 0;
}

/** Words of the trace that an iteration takes: its own interval, and an empty one. */
export const traceWordsPerIteration = 2;

/** What an instrumented batch says, in nanoseconds. */
export interface PhaseReading {
  /** Of each step, over the whole batch; a reading of the counter is still in each. */
  readonly steps: readonly number[];
  /** Of the empty intervals: as many readings as the batch had iterations. */
  readonly empty: number;
}

/** The intervals of each iteration of a batch, in nanoseconds. */
export interface Trace {
  readonly iterations: Float64Array;
  /** The empty interval behind each. */
  readonly empty: Float64Array;
}

/** Bytes of the trace of so many iterations. */
export function traceBytes(iterations: number): number {
  return iterations * traceWordsPerIteration * 8;
}
