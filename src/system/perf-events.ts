import { describeErrno, errnoName } from './errno.ts';
import { type SystemFiles, systemFiles } from './files.ts';

// linux/perf_event.h
const PERF_TYPE_HARDWARE = 0;
const PERF_TYPE_SOFTWARE = 1;
const PERF_TYPE_HW_CACHE = 3;
const PERF_TYPE_RAW = 4;
const PERF_COUNT_HW_CPU_CYCLES = 0;
const PERF_COUNT_HW_INSTRUCTIONS = 1;
const PERF_COUNT_SW_PAGE_FAULTS = 2;
const PERF_COUNT_SW_CONTEXT_SWITCHES = 3;
const PERF_COUNT_SW_CPU_MIGRATIONS = 4;
const PERF_COUNT_HW_CACHE_DTLB = 3;
const PERF_COUNT_HW_CACHE_ITLB = 4;
const PERF_COUNT_HW_CACHE_OP_READ = 0;
const PERF_COUNT_HW_CACHE_RESULT_MISS = 1;
export const PERF_FLAG_FD_CLOEXEC = 8;

const readMissesOf = (cache: number) =>
  cache | (PERF_COUNT_HW_CACHE_OP_READ << 8) | (PERF_COUNT_HW_CACHE_RESULT_MISS << 16);

/** An event as perf_event_open(2) takes it. */
export interface PerfEvent {
  readonly type: number;
  /** What `type` makes of it; undefined where it depends on the CPU. */
  readonly config?: number;
  /** The modes of the CPU in which events count. */
  readonly mode: 'user' | 'kernel' | 'both';
}

/** An event that the kernel or a PMU of this host defines. */
export interface EventSource extends Pick<PerfEvent, 'type' | 'mode'> {
  readonly config: number | bigint;
  /** What PMUs take beside it; absent = 0. */
  readonly config1?: bigint;
  readonly config2?: bigint;
  /** Whether threads and processes that are started later count, too. Default false. */
  readonly isInherited?: boolean;
}

const events = {
  'cycles-user': { type: PERF_TYPE_HARDWARE, config: PERF_COUNT_HW_CPU_CYCLES, mode: 'user' },
  'cycles-kernel': { type: PERF_TYPE_HARDWARE, config: PERF_COUNT_HW_CPU_CYCLES, mode: 'kernel' },
  'instructions-user': { type: PERF_TYPE_HARDWARE, config: PERF_COUNT_HW_INSTRUCTIONS, mode: 'user' },
  'instructions-kernel': { type: PERF_TYPE_HARDWARE, config: PERF_COUNT_HW_INSTRUCTIONS, mode: 'kernel' },
  'dtlb-load-misses': {
    type: PERF_TYPE_HW_CACHE,
    config: readMissesOf(PERF_COUNT_HW_CACHE_DTLB),
    mode: 'both',
  },
  'itlb-load-misses': {
    type: PERF_TYPE_HW_CACHE,
    config: readMissesOf(PERF_COUNT_HW_CACHE_ITLB),
    mode: 'both',
  },
  /** Times that the CPU threw its pipeline away because code was written that it may have fetched. */
  'machine-clears-smc': { type: PERF_TYPE_RAW, mode: 'both' },
  /**
   * Those taken by an instruction; pages filled inside mmap or mprotect (MAP_POPULATE, MAP_LOCKED) are none.
   */
  'page-faults': { type: PERF_TYPE_SOFTWARE, config: PERF_COUNT_SW_PAGE_FAULTS, mode: 'both' },
  'context-switches': { type: PERF_TYPE_SOFTWARE, config: PERF_COUNT_SW_CONTEXT_SWITCHES, mode: 'both' },
  'cpu-migrations': { type: PERF_TYPE_SOFTWARE, config: PERF_COUNT_SW_CPU_MIGRATIONS, mode: 'both' },
} as const satisfies Record<string, PerfEvent>;

/** An event that can be counted. */
export type PerfEventName = keyof typeof events;

/** All events, those of the hardware first. */
export const perfEventNames = Object.keys(events) as PerfEventName[];

/**
 * One counter's state. `enabled` and `running` in nanoseconds: a PMU short of counters lets events take
 * turns.
 */
export interface PerfReading {
  readonly count: number;
  readonly enabled: number;
  readonly running: number;
}

/**
 * Bytes of a reading as the kernel gives it: value, time_enabled and time_running, as attr.read_format asks.
 */
export const perfReadingBytes = 24;

/** What a reading says. */
export function perfReadingIn(bytes: Uint8Array): PerfReading {
  const [count = 0n, enabled = 0n, running = 0n] = new BigUint64Array(bytes.buffer, bytes.byteOffset, 3);
  return { count: Number(count), enabled: Number(enabled), running: Number(running) };
}

/**
 * The events between two readings, scaled from the time that the counter ran to the time that it was enabled.
 * Undefined where it was enabled but did not run. (Differences of scaled counts would be wrong: each has a
 * scale of its own.)
 */
export function scaledCount(later: PerfReading, earlier?: PerfReading): number | undefined {
  const count = later.count - (earlier?.count ?? 0);
  const enabled = later.enabled - (earlier?.enabled ?? 0);
  const running = later.running - (earlier?.running ?? 0);
  if (running === enabled) return count;
  return running === 0 ? undefined : (count * enabled) / running;
}

/** How to count an event on a host; a sentence where it is known that it cannot be counted. */
export function perfEventFor(
  name: PerfEventName,
  { readText }: SystemFiles = systemFiles,
): Required<PerfEvent> | string {
  const event: PerfEvent = events[name];
  // As `skylake`.
  const pmu = readText(`${pmus}/cpu/caps/pmu_name`) ?? '';
  const config = event.config ?? selfModifyingCodeEvent(readText('/proc/cpuinfo') ?? '', pmu);
  return config === undefined ? 'only Intel CPUs are known to have such an event' : { ...event, config };
}

/**
 * struct perf_event_attr in its first published size, which all kernels take, or with config2 in its second.
 */
export function perfEventAttributes(event: EventSource): Uint8Array {
  const [PERF_ATTR_SIZE_VER0, PERF_ATTR_SIZE_VER1] = [64, 72];
  const size = event.config2 === undefined ? PERF_ATTR_SIZE_VER0 : PERF_ATTR_SIZE_VER1;
  const PERF_FORMAT_TOTAL_TIME_ENABLED = 1;
  const PERF_FORMAT_TOTAL_TIME_RUNNING = 2;
  const flags = { inherit: 1 << 1, exclude_user: 1 << 4, exclude_kernel: 1 << 5, exclude_hv: 1 << 6 };
  const view = new DataView(new ArrayBuffer(size));
  view.setUint32(0, event.type, true);
  view.setUint32(4, size, true);
  view.setBigUint64(8, BigInt(event.config), true);
  // 16: sample_period, 24: sample_type, both 0: nothing is sampled.
  view.setBigUint64(32, BigInt(PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING), true);
  view.setUint32(
    40,
    (event.isInherited ? flags.inherit : 0) |
      (event.mode === 'kernel' ? flags.exclude_user : 0) |
      (event.mode === 'user' ? flags.exclude_kernel : 0) |
      // PMUs that are not the CPU's refuse to leave anything out.
      (event.type <= PERF_TYPE_RAW ? flags.exclude_hv : 0),
    true,
  );
  // 44: the flags' upper half, 48: wakeup_events, 52: bp_type, all 0.
  view.setBigUint64(56, event.config1 ?? 0n, true);
  if (event.config2 !== undefined) view.setBigUint64(64, event.config2, true);
  return new Uint8Array(view.buffer);
}

/**
 * The raw event MACHINE_CLEARS.SMC (umask in bits 8 to 15, event in bits 0 to 7) from the text of
 * /proc/cpuinfo and the kernel's name for the PMU. The small Intel cores, Knights included, have another
 * umask than the large ones.
 */
export function selfModifyingCodeEvent(cpuinfo: string, pmu: string): number | undefined {
  if (!/^vendor_id\s*: GenuineIntel$/m.test(cpuinfo)) return undefined;
  return /bonnell|mont|crest|knights/i.test(pmu) ? 0x01c3 : 0x04c3;
}

/** What decides whether events can be counted here. */
export interface PerfPolicy {
  /** kernel.perf_event_paranoid; undefined where it cannot be read. */
  readonly paranoid: number | undefined;
  /** Whether the kernel drives a PMU of the CPU, or may: sysfs is not everywhere. */
  readonly hasPmu: boolean;
}

/** As it is on a host. */
export function perfPolicy(files: SystemFiles = systemFiles): PerfPolicy {
  const paranoid = Number.parseInt(files.readText('/proc/sys/kernel/perf_event_paranoid') ?? '', 10);
  return { paranoid: Number.isNaN(paranoid) ? undefined : paranoid, hasPmu: hasPmu(files) };
}

/**
 * Why perf_event_open(2) failed with `errno` (positive), in a sentence that says the way out where there is
 * one.
 */
export function whyNotOpened(name: PerfEventName, errno: number, policy: PerfPolicy): string {
  return whyEventNotOpened(events[name], errno, policy);
}

/** The same of any event. */
export function whyEventNotOpened(
  event: Pick<EventSource, 'type' | 'mode'>,
  errno: number,
  { paranoid, hasPmu }: PerfPolicy,
): string {
  const isOfCpu = [PERF_TYPE_HARDWARE, PERF_TYPE_HW_CACHE, PERF_TYPE_RAW].includes(event.type);
  if (isOfCpu && !hasPmu && errnoName(errno) !== 'ENOSYS')
    return 'no PMU here; a VM needs one from its hypervisor (QEMU: -cpu host,pmu=on), or measure on bare metal';
  const enough = event.mode === 'user' ? 2 : 1;
  const paranoia =
    paranoid !== undefined && paranoid > enough
      ? `kernel.perf_event_paranoid is ${paranoid}; sysctl -w kernel.perf_event_paranoid=${enough}` +
        (enough === 1 ? ' (at 2, user mode only)' : '')
      : undefined;
  switch (errnoName(errno)) {
    case 'EACCES':
      return paranoia ?? 'a security module of the kernel refuses it; grant CAP_PERFMON';
    case 'EPERM': {
      // The kernel answers a lack of privilege with EACCES.
      const filter =
        'a seccomp filter refuses perf_event_open; in a container, add --cap-add PERFMON or --security-opt seccomp=unconfined';
      return paranoia === undefined ? filter : `${filter} (and ${paranoia})`;
    }
    case 'ENOSYS':
      return 'the kernel is built without perf events; use one with CONFIG_PERF_EVENTS';
    case 'ENOENT':
    case 'EOPNOTSUPP':
    case 'ENOTSUP':
    case 'EINVAL':
    case 'ENODEV':
      return `this ${event.type === PERF_TYPE_SOFTWARE ? 'kernel' : 'CPU'} has no such event (${errnoName(errno)})`;
    case 'EMFILE':
      return 'too many files are open; raise ulimit -n';
    default:
      return `perf_event_open failed: ${describeErrno(errno)}`;
  }
}

const pmus = '/sys/bus/event_source/devices';

/**
 * Whether a PMU of the CPU is among the kernel's event sources; others (software, uprobe, power) are always
 * there, where they can be listed.
 */
function hasPmu({ list }: SystemFiles): boolean {
  const names = list(pmus);
  return (
    names.length === 0 || names.some((name) => /^(cpu|cpu_core|cpu_atom|armv\d.*|apple_.*_pmu)$/.test(name))
  );
}
