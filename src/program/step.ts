import type { LibcName } from '../system/libc.ts';
import type { SystemCallName } from '../system/syscalls.ts';

/** An address that a step of the program will produce. `length` in bytes. */
export interface Mapping {
  readonly kind: 'mapping';
  readonly name: string;
  /** Index of the program's value table in which the value lives at run time. */
  readonly slot: number;
  readonly length: number;
}

/** A file descriptor that a step of the program will produce. */
export interface FileDescriptor {
  readonly kind: 'fd';
  readonly name: string;
  readonly slot: number;
}

/** Something that a step produces and later steps use. */
export type Value = Mapping | FileDescriptor;

/** One argument of a call, with enough of its meaning to print it as C. */
export type Argument =
  | { readonly type: 'value'; readonly value: Value }
  /** NULL for the kernel to choose, or the place that the layout prepared for this step. */
  | { readonly type: 'address' }
  /** A page-aligned address drawn at random each time, as a hint: where it is taken, the kernel chooses. */
  | { readonly type: 'randomAddress' }
  | { readonly type: 'noFd' }
  | { readonly type: 'bytes'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'flags'; readonly of: FlagSet; readonly value: number };

/** The families of flags that arguments take. */
export type FlagSet = 'prot' | 'map' | 'mremap' | 'memfd' | 'open' | 'mode';

/** Calls that a program may make before its loop. */
export type SetupCallName = Extract<
  LibcName,
  | 'mmap'
  | 'mprotect'
  | 'munmap'
  | 'mremap'
  | 'memfd_create'
  | 'shm_open'
  | 'shm_unlink'
  | 'ftruncate'
  | 'close'
>;

/** Calls that a program may make in its loop: those that are one system call. */
export type IterationCallName = Extract<SetupCallName, SystemCallName>;

/** A system call, checked: a negative result ends the program with this step's number and the errno. */
export interface CallStep<Name extends SetupCallName = SetupCallName> {
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

/** Writes the workload's code into the module through a writable mapping. */
export interface WriteStep {
  readonly kind: 'write_module';
  readonly number: number;
  readonly mapping: Mapping;
}

/** Runs the module's code through an executable mapping. */
export interface ExecuteStep {
  readonly kind: 'execute_module';
  readonly number: number;
  readonly mapping: Mapping;
}

/** A step of a program's setup or teardown. */
export type SetupStep = CallStep;
/** A step of a program's iteration. */
export type IterationStep = CallStep<IterationCallName> | WriteStep | ExecuteStep;
export type Step = SetupStep | IterationStep;

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
  readonly setup: readonly SetupStep[];
  readonly iteration: readonly IterationStep[];
  readonly teardown: readonly SetupStep[];
  /** How many values the steps produce. */
  readonly slots: number;
}
