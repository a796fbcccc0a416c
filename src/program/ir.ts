import type { LibcName } from '../system/libc.ts';
import type { SystemCallName } from '../system/syscalls.ts';
import { type AllocatorFunction, allocatorFunctions } from '../target/measured-process.ts';
import type { CacheMaintenanceMode } from './names.ts';

/** An address that a step of the program will produce. */
export interface Mapping {
  readonly kind: 'mapping';
  readonly name: string;
  /** Index of the program's value table in which the value lives at run time. */
  readonly slot: number;
  /** Bytes. */
  readonly length: number;
  /**
   * What is in it: the module, or something that serves loading it, which is neither code nor a way to write
   * code.
   */
  readonly holds: 'module' | 'data';
  /** mseal(2) keeps it until the process ends: the teardown leaves it alone. */
  readonly isSealed?: true;
  /** What is mapped, where it is a file. */
  readonly file?: FileDescriptor;
}

/** A range of a mapping. Bytes. */
export interface Part {
  readonly kind: 'part';
  readonly of: Mapping;
  readonly offset: number;
  readonly length: number;
}

/** Something at an address: a mapping or a range of it. */
export type Place = Mapping | Part;

/** A file descriptor that a step of the program will produce. */
export interface FileDescriptor {
  readonly kind: 'fd';
  readonly name: string;
  readonly slot: number;
  /** Bytes of the file's pages where they are not the system's. */
  readonly pageSize?: number;
  /** Its name, or the folder that it is in; absent where it is in memory alone. */
  readonly path?: string;
}

/** A protection key that a step of the program will produce. */
export interface ProtectionKey {
  readonly kind: 'key';
  readonly name: string;
  readonly slot: number;
}

/** A child process that a step of the program will start. */
export interface ChildProcess {
  readonly kind: 'process';
  readonly name: string;
  readonly slot: number;
}

/** What a shared object's `mapbench_open` returns. */
export interface Allocator {
  readonly kind: 'allocator';
  readonly name: string;
  readonly slot: number;
}

/**
 * A handler of SIGSEGV that a step of the program will install. Its value is the address of what was there
 * before, which its release puts back: see `handlerFields`.
 */
export interface FaultHandler {
  readonly kind: 'handler';
  readonly name: string;
  readonly slot: number;
}

/** Something that a step produces and later steps use. */
export type Value = Mapping | FileDescriptor | ProtectionKey | ChildProcess | FaultHandler | Allocator;

/** One argument of a call, with enough of its meaning to print it as C. */
export type Argument =
  /** A value, `plus` bytes. */
  | { readonly type: 'value'; readonly value: Value; readonly plus?: number }
  /**
   * NULL for the kernel to choose, or the place that the layout prepared for this step; a multiple of `unit`
   * bytes.
   */
  | {
      readonly type: 'address';
      readonly unit: number;
      /** The strategy wants the unit; the kernel does not keep to it by itself. */
      readonly isChosen?: true;
    }
  /** NULL: the kernel chooses, whatever the layout. */
  | { readonly type: 'anywhere' }
  /** A page-aligned address drawn at random each time, as a hint: where it is taken, the kernel chooses. */
  | { readonly type: 'randomAddress'; readonly pageSize: number }
  | { readonly type: 'noFd' }
  /** The id of the process that runs the program. */
  | { readonly type: 'ownPid' }
  | { readonly type: 'bytes'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'flags'; readonly of: FlagSet; readonly value: number };

/** The families of flags that arguments take. */
export type FlagSet =
  | 'prot'
  | 'map'
  | 'mremap'
  | 'advice'
  | 'memfd'
  | 'open'
  | 'directory'
  | 'mode'
  | 'fcntl'
  | 'seals'
  | 'membarrier'
  | 'rights'
  | 'userfaultfd'
  | 'request'
  | 'signal';

/** Calls that a program may make. */
export type CallName =
  | Extract<
      SystemCallName,
      | 'mmap'
      | 'mprotect'
      | 'munmap'
      | 'mremap'
      | 'madvise'
      | 'openat'
      | 'close'
      | 'ftruncate'
      | 'fcntl'
      | 'ioctl'
      | 'memfd_create'
      | 'memfd_secret'
      | 'userfaultfd'
      | 'membarrier'
      | 'mseal'
      | 'pkey_alloc'
      | 'pkey_mprotect'
      | 'pkey_free'
      | 'remap_file_pages'
      | 'process_vm_writev'
      | 'kill'
      | 'wait4'
      | 'rt_sigaction'
      | 'sigaltstack'
    >
  | Extract<LibcName, 'shm_open' | 'shm_unlink'>
  | AllocatorFunction;

/** A system call, checked: a negative result ends the program with this step's number and the errno. */
export interface CallStep<Name extends CallName = CallName> {
  readonly kind: 'call';
  /** Position in the program, counted from 1 through setup, iteration and teardown. */
  readonly number: number;
  readonly call: Name;
  readonly args: readonly Argument[];
  /** The value that the call's result becomes. */
  readonly result?: Value;
  /** Only in the last of every so many iterations, a power of 2; without it in every iteration. */
  readonly every?: number;
}

/** Through what a module is written: a writable mapping, or pwrite(2) into a file. */
export type WriteTarget = Place | FileTarget;

/** A file that the module is written into. */
export interface FileTarget {
  readonly kind: 'file';
  readonly fd: FileDescriptor;
  /**
   * The place at whose address in the file the module begins (/proc/self/mem); without it at the file's
   * begin.
   */
  readonly at?: Place;
  /** Bytes. */
  readonly length: number;
}

/** Writes the workload's code into the module. */
export interface WriteStep {
  readonly kind: 'write_module';
  readonly number: number;
  readonly into: WriteTarget;
  /** Where the module will run; without it nowhere in this program. */
  readonly runsAt?: Place;
  readonly load: Load;
}

/** Writes the links that the module's code takes from a table behind it: data, a word at every page start. */
export interface WriteLinksStep {
  readonly kind: 'write_links';
  readonly number: number;
  readonly into: Place;
  readonly load: Load;
}

/** Runs the module's code through an executable mapping. */
export interface ExecuteStep {
  readonly kind: 'execute_module';
  readonly number: number;
  readonly module: Place;
  readonly load: Load;
}

/** Which of an iteration's loads a step belongs to, counted from 0, or the setup's, which is made once. */
export type Load = number | 'setup';

/**
 * Sets what the calling thread may do with memory that carries a protection key: `wrpkru`, no system call.
 */
export interface RightsStep {
  readonly kind: 'pkey_set';
  readonly number: number;
  readonly key: ProtectionKey;
  /** PKEY_ bits: what is taken away. */
  readonly rights: number;
}

/** Stores a 64-bit word into a mapping: the structures that some system calls take. */
export interface StoreStep {
  readonly kind: 'store';
  readonly number: number;
  readonly into: Mapping;
  /** Bytes. */
  readonly offset: number;
  readonly word: Argument;
}

/**
 * Something that the kernel grants or leaves out without a word: looked at once the setup has run, and the
 * program is unavailable where it is not there. It makes no system call of the program's own.
 */
export interface RequireStep {
  readonly kind: 'require';
  readonly number: number;
  readonly what: Requirement;
}

/** What a program may require. */
export type Requirement =
  /** Transparent huge pages, in all of a mapping. */
  | { readonly kind: 'huge pages'; readonly of: Mapping }
  /**
   * That all of a mapping is a guard region, of which QEMU's user mode and kernels in user mode know nothing.
   */
  | { readonly kind: 'guard region'; readonly of: Mapping }
  /** An instruction that not every processor has. */
  | { readonly kind: 'instruction'; readonly name: FlushInstruction };

/** Instructions of x86-64 that write a cache line back. */
export type FlushInstruction = 'clflush' | 'clwb';

/**
 * Writes back the cache lines of what a load has written, between two fences; on AArch64 nothing more than a
 * write does.
 */
export interface FlushStep {
  readonly kind: 'flush_module';
  readonly number: number;
  readonly module: Place;
  readonly with: FlushInstruction;
  readonly load: Load;
}

/**
 * Starts a process that maps the file writable, as only it does, and writes the module whenever it is asked
 * to. The two talk through a page that they share: see `writerFields`.
 */
export interface StartWriterStep {
  readonly kind: 'start_writer';
  readonly number: number;
  readonly fd: FileDescriptor;
  /** Bytes. */
  readonly length: number;
  readonly control: Mapping;
  readonly runsAt?: Place;
  readonly result: ChildProcess;
}

/** Has that process write the module, and waits until it has: futex(2) both ways. */
export interface AskWriterStep {
  readonly kind: 'ask_writer';
  readonly number: number;
  readonly control: Mapping;
  readonly load: Load;
}

/** Offsets in bytes within the page that a program shares with its writer. */
export const writerFields = {
  /** 32-bit futex word: how many writes were asked for. */
  asked: 0,
  /** 32-bit futex word, in a cache line of its own: how many were done. */
  done: 64,
  /** 64-bit word: the load's counter. */
  counter: 128,
} as const;

/**
 * Installs a handler of SIGSEGV that loads code when it is called. The place of the code is inaccessible; the
 * first call of a page is a fault, and the handler makes that page elsewhere, writes the load's code into it,
 * makes it executable and moves it over its place. Any other fault it leaves to whoever was there before. It
 * has a stack of its own (sigaltstack(2)), at the begin of which it keeps what `handlerFields` says.
 */
export interface HandleFaultsStep {
  readonly kind: 'handle_faults';
  readonly number: number;
  readonly code: Place;
  readonly stack: Mapping;
  readonly result: FaultHandler;
}

/** Offsets in bytes from the begin of a handler's stack. */
export const handlerFields = {
  /** Addresses of the context block, and of the values of the program's instance. */
  context: 0,
  values: 8,
  /** The kernel's stack_t and struct sigaction that were in force before; C's is as long as 152 bytes. */
  stackBefore: 16,
  actionBefore: 64,
  /** Those that the handler brings. */
  stack: 256,
  action: 288,
} as const;

export type Step =
  | CallStep
  | HandleFaultsStep
  | RequireStep
  | WriteLinksStep
  | FlushStep
  | StoreStep
  | WriteStep
  | ExecuteStep
  | RightsStep
  | StartWriterStep
  | AskWriterStep;

/** The size of the module that a program loads. */
export interface ModuleSize {
  readonly pages: number;
  /** Bytes a page. */
  readonly pageSize: number;
}

/** A strategy's recording: what it does once, what it does every iteration, what it undoes. */
export interface Program {
  readonly strategy: string;
  readonly module: ModuleSize;
  readonly setup: readonly Step[];
  readonly iteration: readonly Step[];
  readonly teardown: readonly CallStep[];
  /** How many values the steps produce. */
  readonly slots: number;
  /** Modules that an iteration loads, by which its cost is divided; of `isLoaded` the calls that it makes. */
  readonly loads: number;
  /** The module was loaded in the setup: iterations only run it. */
  readonly isLoaded?: boolean;
  /** Some mapping has PROT_BTI: what is called in it must begin with `bti c`. */
  readonly landingPads?: boolean;
  /**
   * Bytes from the code at a page start to its link: what differs between loads is there, and no code is
   * written.
   */
  readonly linkDistance?: number;
  /** The path of the shared object whose functions it calls. */
  readonly library?: string;
  /** Which cache maintenance its loads do on AArch64. Default `follow`. */
  readonly icache?: CacheMaintenanceMode;
  /**
   * How often the program is set up: an iteration works on one of so many instances, drawn at random. Default 1.
   */
  readonly instances?: number;
}

/** The mapping that a place is in. */
export function mappingOf(place: Place): Mapping {
  return place.kind === 'part' ? place.of : place;
}

/** Bytes from the mapping's begin. */
export function offsetOf(place: Place): number {
  return place.kind === 'part' ? place.offset : 0;
}

/** A place as C and people write it, as `code` or `code + 4096`. */
export function nameOf(place: Place): string {
  return place.kind === 'part' && place.offset !== 0
    ? `${place.of.name} + ${place.offset}`
    : mappingOf(place).name;
}

/** The value that a step produces. */
export function resultOf(step: Step): Value | undefined {
  return step.kind === 'call' || step.kind === 'start_writer' || step.kind === 'handle_faults'
    ? step.result
    : undefined;
}

/** The step by which a program's code is loaded when it is called, if it is. */
export function faultHandlingOf({
  setup,
  iteration,
}: Pick<Program, 'setup' | 'iteration'>): HandleFaultsStep | undefined {
  const steps: readonly Step[] = [...setup, ...iteration];
  return steps.find((step) => step.kind === 'handle_faults');
}

/**
 * Whether a step makes or gives up what all modules and threads of a process share: a protection key, of
 * which processors have 15 or 7.
 */
export function isShared(step: Step): boolean {
  return step.kind === 'call' && (step.call === 'pkey_alloc' || step.call === 'pkey_free');
}

/** A call that enters the kernel. */
export type SystemCallStep = CallStep<Exclude<CallName, AllocatorFunction>>;

export function isSystemCall(step: Step): step is SystemCallStep {
  return step.kind === 'call' && !isAllocatorCall(step);
}

/** A call of a function of a shared object, which is no system call. */
export function isAllocatorCall(step: Step): step is CallStep<AllocatorFunction> {
  return step.kind === 'call' && allocatorFunctions.some((name) => name === step.call);
}

/** Whether a step is for the whole life of a process, however often the program is set up. */
export function isForAll(step: Step): boolean {
  return isShared(step) || (step.kind === 'require' && step.what.kind === 'instruction');
}

/** Bits of the number of a page: so many pages are the 128 TiB of a process. */
export function pageNumberBits(pageSize: number): number {
  return 47 - Math.log2(pageSize);
}
