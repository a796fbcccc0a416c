import type { CodeBuffer, Label } from '../../assembler/code-buffer.ts';
import type { Content } from '../../workloads/content.ts';
import type {
  AskWriterStep,
  ExecuteStep,
  FlushInstruction,
  FlushStep,
  HandleFaultsStep,
  Load,
  ModuleSize,
  Place,
  RightsStep,
  StartWriterStep,
  StoreStep,
  WriteLinksStep,
  WriteStep,
} from '../ir.ts';
import type { CacheMaintenanceMode } from '../names.ts';
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
  /** No code is written in iterations, so that what runs needs no cache maintenance there. */
  readonly codeStays: boolean;
  /** Which cache maintenance it gets on AArch64. */
  readonly icache: CacheMaintenanceMode;
  /** Instructions that do nothing before each system call of a step, and before it is run. */
  readonly distance: number;
}

/**
 * Through what a routine writes; links are data, which are stored as code is. Of a `page` it writes one of
 * the module's, whose offset it is told.
 */
export type Through = 'mapping' | 'file' | 'links' | 'page';

/** What loops call. */
type Routine = Through | FlushInstruction | 'execute' | 'callback' | 'handler';

/** What a handler of faults does, and for which run. */
export interface FaultHandling {
  readonly step: HandleFaultsStep;
  readonly run: ExecuteStep;
  readonly counter: LoadCounter;
}

/**
 * What a load is known by: its iteration's number times `loads`, plus which of the iteration's loads it is.
 */
export interface LoadCounter {
  readonly load: Load;
  readonly loads: number;
}

/** The routines that write and run a module, for one architecture. */
interface ModuleRoutines {
  /** `long write_module(destination, where it runs, offset in the file, counter)` */
  write(work: ModuleWork, through: Through): void;
  /** `void flush_module(module, counter)` */
  flush(work: ModuleWork, instruction: FlushInstruction): void;
  /** `void execute_module(module, counter)` */
  execute(work: ModuleWork): void;
  /** Has what was written into the page whose address is the routine's first argument be what runs there. */
  completePage(work: ModuleWork): void;
}

/** The registers of one architecture, by what they are for. */
interface Roles<Register> {
  readonly systemCall: readonly Register[];
  /** What the module's routines are entered with. */
  readonly destination: Register;
  readonly runsAt: Register;
  readonly fileOffset: Register;
  readonly counter: Register;
}

/**
 * Emits the loop. What every architecture does in the same way is here; the instructions are its own. Called
 * in the order begin, (system calls), beginIteration, steps, endIteration, beginExit, (system calls), end,
 * and last the routines that are used.
 */
export abstract class Loop<Register = unknown> {
  readonly #buffer: CodeBuffer & { align(bytes: number): void };
  readonly #roles: Roles<Register>;
  readonly #module: ModuleRoutines;
  readonly #failures: { label: Label; step: number }[] = [];
  readonly #strings: { label: Label; text: string }[] = [];
  protected readonly iteration: Label;
  protected readonly exit: Label;
  protected readonly routines: Readonly<Record<Routine, Label>>;

  protected constructor(
    buffer: CodeBuffer & { align(bytes: number): void },
    roles: Roles<Register>,
    module: ModuleRoutines,
  ) {
    this.#buffer = buffer;
    this.#roles = roles;
    this.#module = module;
    this.iteration = buffer.label('iteration');
    this.exit = buffer.label('exit');
    this.routines = {
      mapping: buffer.label('write_module'),
      file: buffer.label('pwrite_module'),
      links: buffer.label('write_links'),
      clflush: buffer.label('clflush'),
      clwb: buffer.label('clwb'),
      execute: buffer.label('execute_module'),
      callback: buffer.label('write_callback'),
      page: buffer.label('write_page'),
      handler: buffer.label('handle_fault'),
    };
  }

  /** Bytes emitted so far. */
  get length(): number {
    return this.#buffer.length;
  }

  /**
   * Entry of `long loop(void *context, long instance)`: bytes to the values of the instance; returns 0, or
   * minus the failed step.
   */
  abstract begin(size: ContextSize): void;
  /** Has the iteration work on the values of an instance drawn at random. */
  abstract chooseInstance(size: ContextSize): void;
  /** After a system call: keeps the result as a value of the program. */
  abstract keepResult(slot: number): void;
  /** Emits what runs only in the last of every so many iterations, a power of 2. */
  abstract lastOfEvery(count: number, emit: () => void): void;
  abstract setRights(step: RightsStep): void;
  abstract store(step: StoreStep, word: Operand): void;
  /** Starts the writer's process; the result register holds its id. The process never leaves this code. */
  abstract startWriter(step: StartWriterStep): void;
  abstract askWriter(step: AskWriterStep, counter: LoadCounter): void;
  /** Installs the handler of faults; the result register holds where it keeps what was there before. */
  abstract handleFaults(step: HandleFaultsStep): void;
  /** Ends the loop where a handler of faults could not load a page. */
  abstract exitOnFailure(): void;
  /** The handler itself. */
  protected abstract emitFaultHandler(work: ModuleWork, handling: FaultHandling): void;
  /** Keeps the cycle counter in a field of the context. */
  abstract keepTicks(field: ContextField): void;
  /** Adds the ticks of the interval to a sum of the context, and starts the next one. */
  abstract addInterval(sum: number): void;
  /**
   * Appends the ticks of the interval to the trace, whose next place a field of the context keeps; starts the
   * next one.
   */
  abstract traceInterval(): void;
  /** An empty loop of so many turns. */
  abstract delay(turns: number): void;
  /** Readies the struct that a shared object is given of a module of so many bytes. */
  abstract describeModule(bytes: number, counter: LoadCounter): void;
  /** Makes an errno of a NULL, by the function that tells where it is. */
  abstract errnoOfNull(errnoLocation: number): void;
  abstract endIteration(): void;
  /** What runs once the loop has ended, whether all iterations ran or a step failed. */
  abstract beginExit(): void;

  /**
   * The function by which a shared object has a module written: it is called in the C library's convention.
   */
  protected abstract enterFromC(write: Label): void;
  protected abstract callAddress(address: number): void;
  /** Restores what the caller has, and returns. */
  protected abstract leave(): void;
  /** Enters the kernel, whose result is left in the result register. */
  protected abstract enterKernel(number: number): void;
  /** Goes to a label where the result is an error: -4095..-1 (MAX_ERRNO in include/linux/err.h). */
  protected abstract branchOnError(label: Label): void;
  /** Keeps the error and the number of the step, and goes to the exit. */
  protected abstract fail(step: number): void;
  protected abstract call(routine: Label): void;
  protected abstract loadConstant(register: Register, value: number): void;
  /** A value of the program and so many bytes. */
  protected abstract loadSlot(register: Register, slot: number, plus: number): void;
  protected abstract loadFieldAddress(register: Register, field: ContextField): void;
  protected abstract nop(): void;
  protected abstract loadLabelAddress(register: Register, label: Label): void;
  protected abstract loadRandomAddress(register: Register, pageSize: number): void;
  /** The number of a load, which no other has; that of the setup's is 0. */
  protected abstract loadCounter(register: Register, counter: LoadCounter): void;

  /** Instructions that do nothing. */
  keepDistance(count: number): void {
    for (let made = 0; made < count; made++) this.nop();
  }

  /** Raw system call, its result left in the result register. */
  systemCall(number: number, operands: readonly Operand[]): void {
    operands.forEach((operand, index) => {
      const register = this.#roles.systemCall[index];
      if (register === undefined) throw new RangeError('a system call takes at most six arguments');
      this.load(register, operand);
    });
    this.enterKernel(number);
  }

  /** A function of C with up to two arguments, its result left in the result register. */
  callFunction(address: number, operands: readonly Operand[]): void {
    operands.forEach((operand, index) => {
      const register = this.#roles.systemCall[index];
      if (register !== undefined) this.load(register, operand);
    });
    this.callAddress(address);
  }

  writeCallback(): void {
    this.#beginRoutine('callback');
    this.enterFromC(this.routines.mapping);
  }

  /** After a system call or a routine: an error ends the loop with the step's number. */
  checkResult(step: number): void {
    const label = this.#buffer.label(`failure of step ${step}`);
    this.#failures.push({ label, step });
    this.branchOnError(label);
  }

  beginIteration(): void {
    this.#buffer.align(64);
    this.#buffer.bind(this.iteration);
  }

  /** Calls the routine that writes; its result is 0 or a negative errno. */
  callWriteModule({ into, runsAt }: WriteStep, counter: LoadCounter): void {
    const roles = this.#roles;
    this.loadCounter(roles.counter, counter);
    if (into.kind === 'file') {
      this.loadSlot(roles.destination, into.fd.slot, 0);
      this.load(roles.fileOffset, into.at === undefined ? { constant: 0 } : placeOperand(into.at));
    } else this.load(roles.destination, placeOperand(into));
    this.load(roles.runsAt, placeOperand(runsAt));
    this.call(this.routines[into.kind === 'file' ? 'file' : 'mapping']);
  }

  callFlushModule({ module, with: instruction }: FlushStep, counter: LoadCounter): void {
    this.loadCounter(this.#roles.counter, counter);
    this.load(this.#roles.destination, placeOperand(module));
    this.call(this.routines[instruction]);
  }

  callWriteLinks({ into }: WriteLinksStep, counter: LoadCounter): void {
    this.loadCounter(this.#roles.counter, counter);
    this.load(this.#roles.destination, placeOperand(into));
    this.call(this.routines.links);
  }

  callExecuteModule({ module }: ExecuteStep, counter: LoadCounter): void {
    this.loadCounter(this.#roles.counter, counter);
    this.load(this.#roles.destination, placeOperand(module));
    this.call(this.routines.execute);
  }

  /** From here on the next interval counts. */
  startInterval(): void {
    this.keepTicks('intervalStart');
  }

  end(): void {
    this.leave();
    for (const { label, step } of this.#failures) {
      this.#buffer.bind(label);
      this.fail(step);
    }
  }

  writeModule(work: ModuleWork, through: Through): void {
    this.#beginRoutine(through);
    this.#module.write(work, through);
  }

  flushModule(work: ModuleWork, instruction: FlushInstruction): void {
    this.#beginRoutine(instruction);
    this.#module.flush(work, instruction);
  }

  executeModule(work: ModuleWork): void {
    this.#beginRoutine('execute');
    this.#module.execute(work);
  }

  faultHandler(work: ModuleWork, handling: FaultHandling): void {
    this.#beginRoutine('handler');
    this.emitFaultHandler(work, handling);
  }

  /** In a handler of faults: has the page that was moved into its place run as it was written. */
  protected completePage(work: ModuleWork): void {
    this.#module.completePage(work);
  }

  #beginRoutine(name: Routine): void {
    this.#buffer.align(64);
    this.#buffer.bind(this.routines[name]);
  }

  /** The finished code, position-independent, with the strings behind it. */
  finish(): Uint8Array {
    for (const { label, text } of this.#strings) {
      this.#buffer.bind(label);
      this.#buffer.emitBytes(Buffer.from(`${text}\0`));
    }
    return this.#buffer.finish();
  }

  protected load(register: Register, operand: Operand): void {
    if ('constant' in operand) this.loadConstant(register, operand.constant);
    else if ('slot' in operand) this.loadSlot(register, operand.slot, operand.plus);
    else if ('randomPageOf' in operand) this.loadRandomAddress(register, operand.randomPageOf);
    else if ('string' in operand) this.#loadString(register, operand.string);
    else this.loadFieldAddress(register, operand.addressOf);
  }

  #loadString(register: Register, text: string): void {
    const label = this.#buffer.label(text);
    this.#strings.push({ label, text });
    this.loadLabelAddress(register, label);
  }
}

/** A place as an operand; 0 without one. */
export function placeOperand(place: Place | undefined): Operand {
  if (place === undefined) return { constant: 0 };
  return place.kind === 'part' ? { slot: place.of.slot, plus: place.offset } : { slot: place.slot, plus: 0 };
}
