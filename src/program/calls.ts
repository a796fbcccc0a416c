import {
  AT_FDCWD,
  FCNTL,
  flagNames,
  MADV,
  MAP,
  MEMBARRIER,
  MFD,
  MREMAP,
  OPEN,
  openFlagsFor,
  PKEY,
  PROT,
  SEALS,
  SIGNAL,
  UFFD,
  UFFDIO,
} from '../system/constants.ts';
import type { Architecture, SystemCallName } from '../system/syscalls.ts';
import type { AllocatorFunction, MeasuredProcess } from '../target/measured-process.ts';
import type { Argument, CallName, CallStep, FlagSet, Value } from './ir.ts';

type Table = Readonly<Record<string, number>>;

/** Flags that are set bit by bit. */
const bitTables: Readonly<Partial<Record<FlagSet, Table>>> = {
  prot: PROT,
  map: MAP,
  mremap: MREMAP,
  memfd: MFD,
  open: OPEN,
  seals: SEALS,
  rights: PKEY,
  userfaultfd: UFFD,
};

/** Numbers of which one is chosen. */
const choiceTables: Readonly<Partial<Record<FlagSet, Table>>> = {
  directory: { AT_FDCWD },
  advice: MADV,
  fcntl: FCNTL,
  membarrier: MEMBARRIER,
  request: UFFDIO,
  signal: SIGNAL,
};

/** Flags as C writes them, as `PROT_READ | PROT_EXEC`, `MADV_COLLAPSE` or `0600`. */
export function flagsInC(of: FlagSet, value: number): string {
  if (of === 'mode') return value === 0 ? '0' : `0${value.toString(8)}`;
  const bits = bitTables[of];
  if (bits !== undefined) return flagNames(bits, value, of === 'prot' ? 'PROT_NONE' : '0');
  const chosen = Object.entries(choiceTables[of] ?? {}).find(([, each]) => each === value);
  return chosen?.[0] ?? String(value);
}

/** The flags that a call step passes for one family, 0 where it passes none. */
export function flagsOf(step: CallStep, of: FlagSet): number {
  const found = step.args.find((arg) => arg.type === 'flags' && arg.of === of);
  return found?.type === 'flags' ? found.value : 0;
}

/**
 * The first number of bytes that a call step passes (a mapping's or a file's length), 0 where it passes none.
 */
export function lengthOf(step: CallStep): number {
  const found = step.args.find((arg) => arg.type === 'bytes');
  return found?.type === 'bytes' ? found.value : 0;
}

/**
 * What the address of the mapping that a call makes must be a multiple of, in bytes; 0 where any page will
 * do.
 */
export function alignmentOf(step: CallStep): number {
  const [first] = step.args;
  return first?.type === 'address' ? first.unit : 0;
}

/** The value that a call works on, and the bytes beyond its begin at which it does. */
export function subjectOf({ args: [first] }: CallStep): { value: Value; plus: number } | undefined {
  return first?.type === 'value' ? { value: first.value, plus: first.plus ?? 0 } : undefined;
}

/**
 * An argument that is known before the program runs, as a number for that architecture; undefined for others.
 */
export function constantOf(argument: Argument, architecture: Architecture): number | undefined {
  switch (argument.type) {
    case 'bytes':
      return argument.value;
    case 'flags':
      return argument.of === 'open' ? openFlagsFor(architecture, argument.value) : argument.value;
    case 'noFd':
      return -1;
    case 'anywhere':
      return 0;
    default:
      return undefined;
  }
}

/** Where a system call's argument comes from, when a program runs. */
export type CallOperand =
  | { readonly constant: number }
  /** A value that an earlier step produced, `plus` bytes. */
  | { readonly slot: number; readonly plus: number }
  /** The address of a string. */
  | { readonly string: string }
  /** A random page of so many bytes below 2^47. */
  | { readonly randomPageOf: number }
  /** The place that the layout prepared; without one the kernel chooses. */
  | { readonly place: true };

/** The process that makes a call. */
type Caller = Pick<MeasuredProcess, 'architecture' | 'pid'>;

const noFlags: Argument = { type: 'bytes', value: 0 };

/**
 * A step's call as one system call of a process: what libraries make of several names, and of shared memory,
 * is spelled out.
 */
export function asSystemCall(
  { call, args }: CallStep<Exclude<CallName, AllocatorFunction>>,
  caller: Caller,
): { readonly name: SystemCallName; readonly operands: readonly CallOperand[] } {
  if (call !== 'shm_open' && call !== 'shm_unlink')
    return { name: call, operands: args.map((each) => operandOf(each, caller)) };
  const [name, flags = noFlags, mode = noFlags] = args;
  const path = { string: `/dev/shm${name?.type === 'string' ? withPid(name.value, caller.pid) : ''}` };
  const directory = { constant: AT_FDCWD };
  if (call === 'shm_unlink') return { name: 'unlinkat', operands: [directory, path, { constant: 0 }] };
  // As the C library adds it.
  const openFlags = { constant: (constantOf(flags, caller.architecture) ?? 0) | OPEN.O_CLOEXEC };
  return { name: 'openat', operands: [directory, path, openFlags, operandOf(mode, caller)] };
}

function withPid(text: string, pid: number): string {
  return text.replace('%d', String(pid));
}

/** An argument, in the process that makes the call. */
export function operandOf(argument: Argument, { architecture, pid }: Caller): CallOperand {
  switch (argument.type) {
    case 'value':
      return { slot: argument.value.slot, plus: argument.plus ?? 0 };
    case 'randomAddress':
      return { randomPageOf: argument.pageSize };
    case 'string':
      return { string: withPid(argument.value, pid) };
    case 'address':
      return { place: true };
    case 'ownPid':
      return { constant: pid };
    default:
      return { constant: constantOf(argument, architecture) ?? 0 };
  }
}
