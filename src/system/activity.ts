import { parseVmstat } from './counters.ts';
import type { SystemFiles } from './files.ts';

/** What starts a thread of DAMON: a kdamond of /sys, or a kernel module that has one of its own. */
export interface Kdamond {
  /** The file that says whether it runs, and that stops it. */
  readonly switch: string;
  /** What stops it there. */
  readonly off: 'off' | 'N';
  /** undefined where this user may not read it. */
  readonly runs: boolean | undefined;
  /** What it looks at: `paddr` is all memory, `vaddr` one process; undefined where nothing tells. */
  readonly operations: string | undefined;
  /** Of its kernel thread; undefined where it does not run. */
  readonly pid: number | undefined;
}

const kdamonds = '/sys/kernel/mm/damon/admin/kdamonds';
const modules = ['damon_reclaim', 'damon_lru_sort', 'damon_stat'];

/** The threads that DAMON has, or could start (Documentation/admin-guide/mm/damon). */
export function readKdamonds({ readText, list }: SystemFiles): Kdamond[] {
  const ofModule = modules
    .map((name) => `/sys/module/${name}/parameters`)
    .filter((folder) => list(folder).includes('enabled'))
    .map((folder): Kdamond => {
      const enabled = readText(`${folder}/enabled`);
      return {
        switch: `${folder}/enabled`,
        off: 'N',
        runs: enabled === undefined ? undefined : enabled === 'Y',
        operations: 'paddr',
        pid: pidIn(readText(`${folder}/kdamond_pid`)),
      };
    });
  const ofAdministrator = list(kdamonds)
    .filter((name) => /^\d+$/.test(name))
    .map((name): Kdamond => {
      const folder = `${kdamonds}/${name}`;
      const state = readText(`${folder}/state`);
      return {
        switch: `${folder}/state`,
        off: 'off',
        runs: state === undefined ? undefined : state === 'on',
        operations: readText(`${folder}/contexts/0/operations`),
        pid: pidIn(readText(`${folder}/pid`)),
      };
    });
  return [...ofAdministrator, ...ofModule];
}

function pidIn(text: string | undefined): number | undefined {
  const pid = Number(text ?? -1);
  return pid > 0 ? pid : undefined;
}

/** What a host counted since boot; undefined where its kernel does not tell. */
export interface Activity {
  /**
   * Time of all CPUs, and time in which a CPU was ready to run and the hypervisor ran something else; in
   * clock ticks.
   */
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

const vmstatNames = ['pswpin', 'pgscan_kswapd', 'pgscan_direct', 'numa_pte_updates'] as const;

/** Reads what the host counted. Throws nothing. */
export function readActivity(files: SystemFiles): Activity {
  const { readText } = files;
  // user, nice, system, idle, iowait, irq, softirq, steal; guest times are in user and nice already
  // (proc_stat(5)).
  const ticks = /^cpu +([\d ]+)$/m
    .exec(readText('/proc/stat') ?? '')?.[1]
    ?.split(' ')
    .map(Number)
    .slice(0, 8);
  const counts = parseVmstat(readText('/proc/vmstat') ?? '', vmstatNames);
  return {
    cpuTicks: ticks?.reduce((sum, each) => sum + each, 0),
    stealTicks: ticks?.[7],
    swappedIn: counts.pswpin,
    scannedToFree: sum([counts.pgscan_kswapd, counts.pgscan_direct]),
    numaUpdates: counts.numa_pte_updates,
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
