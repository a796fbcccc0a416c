import { readKdamonds } from './damon.ts';
import type { SystemFiles } from './files.ts';

/** What a host counted since boot; undefined where its kernel does not tell. */
export interface Activity {
  /** Time of all CPUs, and time in which a CPU was ready to run and the hypervisor ran something else; in clock ticks. */
  readonly cpuTicks: number | undefined;
  readonly stealTicks: number | undefined;
  /** Pages that were read back from swap. */
  readonly swappedIn: number | undefined;
  /** Pages that were looked at to free some. */
  readonly scannedToFree: number | undefined;
  /** Page-table entries that NUMA balancing took access from. */
  readonly numaUpdates: number | undefined;
  /** Huge pages that khugepaged put together. */
  readonly collapsed: number | undefined;
  /** Pages that KSM looked at. */
  readonly scannedToMerge: number | undefined;
  /** CPU time of DAMON's threads, ns. */
  readonly damonTime: number | undefined;
  /** Of a clock that never goes back, ns. */
  readonly now: number;
}

/** Reads what the host counted. Throws nothing. */
export function readActivity(files: SystemFiles): Activity {
  const { readText } = files;
  // user, nice, system, idle, iowait, irq, softirq, steal; guest times are in user and nice already (proc_stat(5)).
  const ticks = /^cpu +([\d ]+)$/m
    .exec(readText('/proc/stat') ?? '')?.[1]
    ?.split(' ')
    .map(Number)
    .slice(0, 8);
  const vmstat = readText('/proc/vmstat') ?? '';
  const count = (name: string) => number(new RegExp(`^${name} (\\d+)$`, 'm').exec(vmstat)?.[1]);
  return {
    cpuTicks: ticks?.reduce((sum, each) => sum + each, 0),
    stealTicks: ticks?.[7],
    swappedIn: count('pswpin'),
    scannedToFree: sum([count('pgscan_kswapd'), count('pgscan_direct')]),
    numaUpdates: count('numa_pte_updates'),
    collapsed: number(readText('/sys/kernel/mm/transparent_hugepage/khugepaged/pages_collapsed')),
    scannedToMerge: number(readText('/sys/kernel/mm/ksm/pages_scanned')),
    damonTime: sum(
      readKdamonds(files).flatMap(({ pid }) =>
        // Its first number is time on a CPU (Documentation/scheduler/sched-stats.rst).
        pid === undefined ? [] : [number(readText(`/proc/${pid}/schedstat`)?.split(' ')[0])],
      ),
    ),
    now: performance.now() * 1e6,
  };
}

function number(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** undefined where one of them is not known. */
function sum(counts: readonly (number | undefined)[]): number | undefined {
  return counts.reduce<number | undefined>(
    (total, each) => (total === undefined || each === undefined ? undefined : total + each),
    0,
  );
}
