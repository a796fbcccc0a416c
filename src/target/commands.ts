import { constants } from 'node:os';
import { MAP, PROT } from '../system/constants.ts';
import { RefusalError } from '../system/refusal.ts';
import { type Architecture, systemCallNumber } from '../system/syscalls.ts';
import { isError, type MeasuredProcess, type Operation, type Region } from './measured-process.ts';
import {
  addresses,
  block,
  operationShift,
  operationWords,
  otherMappings,
  otherOperations,
} from './protocol.ts';
import type { Stub } from './stub.ts';

export const wordBytes = 8;
const operationBytes = 2 ** operationShift;

/** Writes operations into the block's words, for the stub to do. */
export function writeOperations(
  words: BigInt64Array,
  operations: readonly Operation[],
  architecture: Architecture,
): void {
  for (const [index, operation] of operations.entries())
    writeOperation(words, operation, (block.operations + index * operationBytes) / wordBytes, architecture);
  words[block.count / wordBytes] = BigInt(operations.length);
}

function writeOperation(
  words: BigInt64Array,
  { call, args, storeAt = 0, mayFail = false }: Operation,
  at: number,
  architecture: Architecture,
): void {
  words[at + operationWords.number] = BigInt(
    call === 'code' || call === 'store' ? otherOperations[call] : systemCallNumber(architecture, call),
  );
  for (let index = 0; index < 6; index++) {
    const operand = args[index] ?? 0;
    const [value, base] =
      typeof operand === 'number' ? [operand, addresses.data + block.zero] : [operand.plus, operand.wordAt];
    words[at + operationWords.values + index] = BigInt(value);
    words[at + operationWords.bases + index] = BigInt(base);
  }
  words[at + operationWords.storeAt] = BigInt(storeAt);
  words[at + operationWords.mayFail] = BigInt(mayFail);
}

/** The results of the operations that the stub has done. */
export function readResults(words: BigInt64Array): number[] {
  const done = Number(words[block.done / wordBytes]);
  return Array.from({ length: done }, (_, index) => {
    const at = (block.operations + index * operationBytes) / wordBytes + operationWords.result;
    return Number(words[at]);
  });
}

/** Where the result of an operation lies in the stub's memory. */
export function resultAddress(index: number): number {
  return addresses.data + block.operations + index * operationBytes + wordBytes * operationWords.result;
}

/** Bytes of a struct sigaction of the kernel, and a word more. */
const actionBytes = 4 * wordBytes;
const SIG_IGN = 1n;

// asm-generic/signal-defs.h, and arch/x86/include/uapi/asm/signal.h
const [SA_SIGINFO, SA_RESETHAND, SA_RESTORER] = [4, 0x8000_0000, 0x0400_0000];

/**
 * What makes a fresh stub ready for code: signal handlers that tell where it met them, and mappings beside.
 */
export function preparations(
  target: Pick<MeasuredProcess, 'allocate' | 'pageSize'>,
  stub: Stub,
): { readonly operations: readonly Operation[]; readonly memory: Region } {
  const others = Array.from({ length: otherMappings }, (_, index): Operation => {
    // Of two kinds by turns: none merges with its neighbour.
    const prot = index % 2 === 0 ? PROT.PROT_READ : PROT.PROT_NONE;
    return { call: 'mmap', args: [0, target.pageSize, prot, MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS, -1, 0] };
  });
  const memory = target.allocate(2 * actionBytes);
  const words = new BigInt64Array(memory.bytes.buffer, memory.bytes.byteOffset, 5);
  words.set([
    BigInt(stub.handler),
    BigInt(SA_SIGINFO | SA_RESETHAND | (stub.restorer === undefined ? 0 : SA_RESTORER)),
    BigInt(stub.restorer ?? 0),
  ]);
  words[actionBytes / wordBytes] = SIG_IGN;
  const { SIGSEGV, SIGBUS, SIGILL, SIGXFSZ } = constants.signals;
  const handle = (signal: number, address: number): Operation => ({
    call: 'rt_sigaction',
    args: [signal, address, 0, wordBytes],
  });
  const operations = [
    ...others,
    ...[SIGSEGV, SIGBUS, SIGILL].map((signal) => handle(signal, memory.address)),
    // A file that may not be so long is an error of the call.
    handle(SIGXFSZ, memory.address + actionBytes),
  ];
  return { operations, memory };
}

/**
 * Throws a RefusalError where the last of the results is an error: what the stub itself needs was refused.
 */
export function refuseFailure(
  operations: readonly Operation[],
  results: readonly number[],
  { refused }: Pick<MeasuredProcess, 'refused'>,
): void {
  const errno = -(results.at(-1) ?? 0);
  const { call = 'mmap', args = [] } = operations[results.length - 1] ?? {};
  if (!isError(-errno)) return;
  const [, length, prot, map] = args.map((each) => (typeof each === 'number' ? each : undefined));
  const about = call === 'mmap' ? { bytes: length, prot, map } : {};
  throw new RefusalError({ call, errno, ...about }, refused(), { where: 'for the stub itself' });
}

/** As `SIGSEGV`. */
export function signalName(number: number): NodeJS.Signals {
  const found = Object.entries(constants.signals).find(([, each]) => each === number);
  return (found?.[0] ?? `SIG${number}`) as NodeJS.Signals;
}
