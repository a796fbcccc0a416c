import { callLibc } from './libc.ts';

const RUSAGE_SELF = 0;
const RUSAGE_THREAD = 1;

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

// struct rusage: two timevals of two longs, then 14 longs. Overwritten by each call.
const words = new BigInt64Array(18);

/** Reads the calling thread's usage. */
export function threadUsage(): Usage {
  return usageOf(RUSAGE_THREAD);
}

/** Reads the usage of all threads of this process, those that have ended too. */
export function processUsage(): Usage {
  return usageOf(RUSAGE_SELF);
}

function usageOf(who: number): Usage {
  callLibc('getrusage', who, words);
  return {
    userTime: Number(words[0]) * 1e9 + Number(words[1]) * 1000,
    systemTime: Number(words[2]) * 1e9 + Number(words[3]) * 1000,
    minorFaults: Number(words[8]),
    majorFaults: Number(words[9]),
    voluntarySwitches: Number(words[16]),
    involuntarySwitches: Number(words[17]),
  };
}
