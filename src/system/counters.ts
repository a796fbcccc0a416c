/** The lines of /proc/vmstat that tell how mappings were served. All count the whole machine, since boot. */
export const vmstatNames = [
  /** Page faults. */
  'pgfault',
  /** Writes to a read-only page that took it over instead of copying it. */
  'pgreuse',
  /** Faults served with a transparent huge page. */
  'thp_fault_alloc',
  /** Huge page mappings split into small ones. */
  'thp_split_pmd',
  /** Huge pages put together by khugepaged. */
  'thp_collapse_alloc',
  /** TLB flushes asked of other CPUs. This and the next two only with CONFIG_DEBUG_TLBFLUSH, x86 only. */
  'nr_tlb_remote_flush',
  'nr_tlb_local_flush_all',
  'nr_tlb_local_flush_one',
] as const;

/** Picks some lines out of the text of /proc/vmstat. */
export function parseVmstat<Name extends string>(
  text: string,
  names: readonly Name[],
): Partial<Record<Name, number>> {
  const counts: Partial<Record<Name, number>> = {};
  for (const name of names) {
    const count = new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1];
    if (count !== undefined) counts[name] = Number(count);
  }
  return counts;
}

/**
 * Whose usage getrusage(2) tells: that of all threads of a process, those that have ended too, or of the
 * calling one.
 */
export const rusage = { self: 0, thread: 1, bytes: 144 } as const;

/** What the kernel has counted for a thread or a process since it started (getrusage(2)). */
export interface Usage {
  /** Page faults served without I/O, those inside mmap and mprotect (MAP_LOCKED, MAP_POPULATE) included. */
  readonly minorFaults: number;
  readonly majorFaults: number;
  /**
   * Nanoseconds in user mode and in the kernel, in steps of a microsecond. Their sum is exact, but most
   * kernels split it by what each timer tick met (every 1 to 10 ms), so that the split of a short time means
   * little.
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
