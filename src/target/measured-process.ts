import { MapbenchError } from '../system/errors.ts';
import type { Refused } from '../system/limits.ts';
import type { Architecture, SystemCallName } from '../system/syscalls.ts';

/**
 * An argument of an operation: a number, or one plus the 64-bit word at an address of the target when its
 * turn comes.
 */
export type Operand = number | { readonly wordAt: number; readonly plus: number };

/** Something that the measured process does: a system call, or a call of code that was put into it. */
export interface Operation {
  /**
   * `code` calls the function at the first argument with the second and third; `store` puts the second into
   * the 64-bit word at the first, and returns 0.
   */
  readonly call: SystemCallName | 'code' | 'store';
  readonly args: readonly Operand[];
  /** Address of the target at which the result is stored, too, unless it is an error. */
  readonly storeAt?: number;
  /** What follows is done even if the result is an error, -4095..-1. */
  readonly mayFail?: boolean;
}

/**
 * A part of the target's memory that the host sees. What is written to `bytes` is there when the next
 * operations run; what they write is in `bytes` once they have. Disposing it gives the memory back.
 */
export interface Region extends Disposable {
  /** In the target. */
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** Operations that one call of `run` takes at most. */
export const maxOperations = 255;

/**
 * The process whose mappings are measured, seen from the process that drives it. Whatever it does on behalf
 * of a strategy, a layout, a check or a policy it does through `run`.
 */
export interface MeasuredProcess extends AsyncDisposable {
  readonly architecture: Architecture;
  /** Its number as it sees it itself. */
  readonly pid: number;
  /** Bytes of its pages. */
  readonly pageSize: number;
  /** Functions of the shared objects that were loaded into it, by the path of each. */
  readonly libraries?: ReadonlyMap<string, LibraryFunctions>;
  /**
   * Runs operations one after the other and returns their results; the list is shorter than that of the
   * operations where one failed, whose result, a negative errno, is the last. Rejects with a TargetError
   * where the process ends or hangs.
   */
  run(operations: readonly Operation[]): Promise<number[]>;
  /**
   * Where, during `run`, the result of an operation lies: what later operations of the same list can refer
   * to.
   */
  resultAddress(index: number): number;
  /**
   * Memory, readable and writable in the target, of at least so many bytes from a page start on. Zeroed,
   * unless `isZeroed` is false: over a stream zeros have to be sent.
   */
  allocate(bytes: number, isZeroed?: boolean): Region;
  /** What tells why something was refused to it: limits, mounts, settings. */
  refused(): Refused;
  /** The text of a file of the system that it runs on; undefined where it cannot be read. */
  readText(path: string): Promise<string | undefined>;
  /** Puts code into executable memory of the target, at a multiple of 64 bytes away from page starts. */
  load(code: Uint8Array): Promise<Region>;
}

/** The functions of a library that allocates memory for code (examples/allocators/mapbench.h). */
export const allocatorFunctions = ['mapbench_open', 'mapbench_load', 'mapbench_close'] as const;
export type AllocatorFunction = (typeof allocatorFunctions)[number];

/** Functions of a library in a measured process, and of the C library there: their addresses. */
export type LibraryFunctions = Readonly<Record<AllocatorFunction, number>> &
  ThreadFunctions & {
    /** Where its code lies. */
    readonly begin: number;
    readonly end: number;
  };

/** What threads of a process that has a C library are started by, and where they keep errno. */
export interface ThreadFunctions {
  readonly errnoLocation: number;
  readonly threadCreate: number;
  readonly threadJoin: number;
}

/** The result of one system call: a negative errno where it fails. */
export async function systemCall(
  target: MeasuredProcess,
  call: SystemCallName,
  ...args: readonly Operand[]
): Promise<number> {
  const [result = 0] = await target.run([{ call, args }]);
  return result;
}

/** Whether a result of a system call is an error (MAX_ERRNO in include/linux/err.h). */
export function isError(result: number): boolean {
  return result < 0 && result >= -4095;
}

/** Puts a string, as C has it, into a region and returns its address in the target. */
export function writeString({ address, bytes }: Region, text: string, at = 0): number {
  bytes.set(Buffer.from(`${text}\0`), at);
  return address + at;
}

/** The target did not do what it was told: it has ended, or it does not answer. */
export class TargetError extends MapbenchError {
  override readonly name = 'TargetError';
  /** The signal that ended it. */
  readonly signal: NodeJS.Signals | undefined;
  /** The instruction at which the signal met it, where it could tell. */
  readonly programCounter: number | undefined;
  readonly isHung: boolean;

  constructor(
    message: string,
    about: {
      readonly signal?: NodeJS.Signals | undefined;
      readonly programCounter?: number | undefined;
      readonly isHung?: boolean;
    } = {},
  ) {
    super('failed', message);
    this.signal = about.signal;
    this.programCounter = about.programCounter;
    this.isHung = about.isHung ?? false;
  }
}
