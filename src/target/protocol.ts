/**
 * What host and stub agree on: a block of memory that both see. The host fills in operations, raises
 * `sequence` and wakes the stub; the stub does them, sets `answered` to the same number and wakes the host.
 * Offsets in bytes; words of 64 bits but for the two futexes.
 */
export const block = {
  sequence: 2048,
  /** In a cache line of its own. */
  answered: 2112,
  /** In: operations to do. */
  count: 2176,
  /** Out: operations done. */
  done: 2184,
  /** In: the host's process id as the stub sees it; 0 where it cannot see it. */
  host: 2192,
  /** In: a struct timespec, after which the stub looks whether the host is still there. */
  idleTimeout: 2200,
  /**
   * Out: the signal that met the code, the instruction at which it did, and the address that it could not
   * access.
   */
  faultSignal: 2216,
  faultInstruction: 2224,
  faultAddress: 2232,
  /**
   * In: how often the stub looks for a new command before it sleeps: to be woken takes longer than most
   * commands.
   */
  looks: 2264,
  /** A word that is 0. */
  zero: 2240,
  /** The host's own: a struct timespec, how long it waits at a time. */
  hostTimeout: 2248,
  /** In, of a stub on a stream: bytes of its data that are in use, a multiple of 8. */
  used: 2272,
  operations: 4096,
} as const;

/** The words of an operation. */
export const operationWords = {
  /** A system call's number, or one of `otherOperations`. */
  number: 0,
  /** Six arguments, each a value and the address of a word that is added. */
  values: 1,
  bases: 7,
  storeAt: 13,
  mayFail: 14,
  result: 15,
} as const;

/** What an operation does that makes no system call: calls code, or stores a word. */
export const otherOperations = { code: -1, store: -2 } as const;

/**
 * Single pages that the stub maps for nothing, where the kernel likes. A process has dozens of mappings, in a
 * tree of several nodes (lib/maple_tree.c): in the one node of a nearly empty process a mapping that is split
 * in every iteration can make that node overflow every time. `publish2` read 7 % more by it.
 */
export const otherMappings = 16;

/** Binary logarithm of the bytes of an operation. */
export const operationShift = 7;

export const blockBytes = 64 * 1024;

/** The descriptors that the stub starts with. */
export const descriptors = { data: 3, code: 4, contents: 5 } as const;

/**
 * Where the stub's own mappings lie: low, far below where the kernel puts others, each the only one of its
 * file. The data begin with the block.
 */
export const addresses = {
  stub: 0x1000_0000,
  data: 0x2000_0000,
  code: 0x8000_0000,
  /** What all stubs share, and do not write to. */
  content: 0x1_0000_0000,
} as const;

/**
 * How host and stub talk where they share no memory: in pieces of two 64-bit words. The host sends an address
 * and a length, and then so many bytes that are put there; or a command, with a length of 0. The stub sends
 * every word of its data that has changed since, as its address and its value; or an event.
 */
export const commands = {
  /** Do the operations of the block. */
  run: 0,
  /** Start a process that measures, which takes what follows until it ends. */
  start: 1,
} as const;

export const events = {
  /** The operations are done, and all that has changed was sent. */
  done: 0,
  /** The process has ended; with the status that wait4 gives. */
  ended: 1,
  /** A signal met the code. Two pieces: the signal, then the instruction and the address. */
  fault: 2,
  /** Processes can be started. */
  ready: 3,
} as const;

/** Bytes of data on a stream. The stub touches what is used. */
export const streamDataBytes = 16 * 1024 * 1024;

/** Where a stub on a stream has what the host knows of its data, and what is to be sent. */
export const streamAddresses = {
  known: 0x4000_0000,
  outgoing: 0x6000_0000,
  /** Another view of the code, to be written to. */
  codeToWrite: 0x7000_0000,
} as const;

export const outgoingBytes = 64 * 1024;

/** What the process that starts others calls these: 8 bytes with the zero at the end. */
export const startedName = 'measure';

/** The machine code of a stub and the offsets of its routines. */
export interface StubCode {
  readonly bytes: Uint8Array;
  /** Of the handler of signals that code causes. */
  readonly handler: number;
  /** Of what the handler returns to, where the kernel does not provide it. */
  readonly restorer: number | undefined;
  /** Of `void synchronize(start, end)`, where code that was written elsewhere needs it. */
  readonly synchronize: number | undefined;
}
