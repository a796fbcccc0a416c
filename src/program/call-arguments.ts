import type { Architecture } from '../system/architecture.ts';
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
import type { Argument, CallStep, FlagSet, Value } from './step.ts';

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

/** The first number of bytes that a call step passes (a mapping's or a file's length), 0 where it passes none. */
export function lengthOf(step: CallStep): number {
  const found = step.args.find((arg) => arg.type === 'bytes');
  return found?.type === 'bytes' ? found.value : 0;
}

/** What the address of the mapping that a call makes must be a multiple of, in bytes; 0 where any page will do. */
export function alignmentOf(step: CallStep): number {
  const [first] = step.args;
  return first?.type === 'address' ? first.unit : 0;
}

/** The value that a call works on, and the bytes beyond its begin at which it does. */
export function subjectOf({ args: [first] }: CallStep): { value: Value; plus: number } | undefined {
  return first?.type === 'value' ? { value: first.value, plus: first.plus ?? 0 } : undefined;
}

/** An argument that is known before the program runs, as a number for that architecture; undefined for others. */
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
