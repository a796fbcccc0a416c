import { flagNames, MAP, MFD, MREMAP, OPEN, PROT } from '../system/constants.ts';
import type { Argument, CallStep, FlagSet } from './step.ts';

const flagTables: Readonly<Record<FlagSet, Readonly<Record<string, number>>>> = {
  prot: PROT,
  map: MAP,
  mremap: MREMAP,
  memfd: MFD,
  open: OPEN,
  mode: {},
};

/** Flags as C writes them, as `PROT_READ | PROT_EXEC` or `0600`. */
export function flagsInC(of: FlagSet, value: number): string {
  if (of === 'mode') return `0${value.toString(8)}`;
  return flagNames(flagTables[of], value, of === 'prot' ? 'PROT_NONE' : '0');
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

/** An argument that is known before the program runs, as a number; undefined for values and strings. */
export function constantOf(argument: Argument): number | undefined {
  switch (argument.type) {
    case 'bytes':
    case 'flags':
      return argument.value;
    case 'noFd':
      return -1;
    default:
      return undefined;
  }
}
