import { callLibc } from './libc.ts';

const RUSAGE_THREAD = 1;

/** What the kernel has counted for the calling thread since it started (getrusage(2)). */
export interface ThreadUsage {
  /** Page faults served without I/O, those inside mmap and mprotect (MAP_LOCKED, MAP_POPULATE) included. */
  readonly minorFaults: number;
  readonly majorFaults: number;
}

/** Reads the calling thread's usage. */
export function threadUsage(): ThreadUsage {
  // struct rusage: two timevals of two longs, then 14 longs; ru_minflt is the fifth of them, ru_majflt the sixth.
  const words = new BigInt64Array(18);
  callLibc('getrusage', RUSAGE_THREAD, words);
  return { minorFaults: Number(words[8]), majorFaults: Number(words[9]) };
}
