import { AT_FDCWD, OPEN } from '../system/constants.ts';
import type { SystemCallName } from '../system/syscalls.ts';
import type { MeasuredProcess } from '../target/measured-process.ts';
import { constantOf } from './call-arguments.ts';
import type { Argument, CallStep } from './step.ts';

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
 * A step's call as one system call of a process: what libraries make of several names, and of shared memory, is
 * spelled out.
 */
export function asSystemCall(
  { call, args }: CallStep,
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
