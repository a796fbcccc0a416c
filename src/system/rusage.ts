/** Whose usage getrusage(2) tells: that of all threads of a process, those that have ended too, or of the calling one. */
export const rusage = { self: 0, thread: 1, bytes: 144 } as const;

/** What the kernel has counted for a thread or a process since it started (getrusage(2)). */
export interface Usage {
  /** Page faults served without I/O, those inside mmap and mprotect (MAP_LOCKED, MAP_POPULATE) included. */
  readonly minorFaults: number;
  readonly majorFaults: number;
  /**
   * Nanoseconds in user mode and in the kernel, in steps of a microsecond. Their sum is exact, but most kernels split
   * it by what each timer tick met (every 1 to 10 ms), so that the split of a short time means little.
   */
  readonly userTime: number;
  readonly systemTime: number;
  /** Times that the thread waited for something. */
  readonly voluntarySwitches: number;
  /** Times that another thread took the CPU from it. */
  readonly involuntarySwitches: number;
}

/** What a struct rusage says: two timevals of two longs, then 14 longs. */
export function usageIn(bytes: Uint8Array): Usage {
  const words = new BigInt64Array(bytes.buffer, bytes.byteOffset, rusage.bytes / 8);
  return {
    userTime: Number(words[0]) * 1e9 + Number(words[1]) * 1000,
    systemTime: Number(words[2]) * 1e9 + Number(words[3]) * 1000,
    minorFaults: Number(words[8]),
    majorFaults: Number(words[9]),
    voluntarySwitches: Number(words[16]),
    involuntarySwitches: Number(words[17]),
  };
}
