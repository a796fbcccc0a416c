import type { SystemFiles } from './files.ts';

/** What a host counted since boot. */
export interface Activity {
  /** Time of all CPUs in clock ticks; undefined where /proc/stat does not tell. */
  readonly cpuTicks: number | undefined;
  /** Ticks in which a CPU was ready to run and the hypervisor ran something else. */
  readonly stealTicks: number | undefined;
  /** Pages that were read back from swap. */
  readonly swappedIn: number | undefined;
}

/** Reads what the host counted. Throws nothing. */
export function readActivity({ readText }: SystemFiles): Activity {
  // user, nice, system, idle, iowait, irq, softirq, steal; guest times are in user and nice already (proc_stat(5)).
  const ticks = /^cpu +([\d ]+)$/m
    .exec(readText('/proc/stat') ?? '')?.[1]
    ?.split(' ')
    .map(Number)
    .slice(0, 8);
  const swapped = /^pswpin (\d+)$/m.exec(readText('/proc/vmstat') ?? '')?.[1];
  return {
    cpuTicks: ticks?.reduce((sum, each) => sum + each, 0),
    stealTicks: ticks?.[7],
    swappedIn: swapped === undefined ? undefined : Number(swapped),
  };
}
