import { statfsSync } from 'node:fs';
import { cgroupFigure, cgroupFolders } from './cgroups.ts';
import { type SystemFiles, systemFiles } from './files.ts';

/** What a file system has free: bytes that this user may take, and files; null where it counts none. */
interface Room {
  readonly bytes: number;
  readonly files: number | null;
}

/** A process that was refused something, and where what limits it is read. */
export interface Refused {
  /** Its number as it is seen from here. */
  readonly pid: number | 'self';
  readonly files: SystemFiles;
  /** undefined where it cannot be asked. */
  readonly roomOf: (path: string) => Room | undefined;
}

/** A process of this host. */
export function refusedProcess(pid: number | 'self'): Refused {
  // What it sees at a path, as long as it lives.
  const roomOf = (path: string) => roomAt(`/proc/${pid}/root${path}`) ?? roomAt(path);
  return { pid, files: systemFiles, roomOf };
}

function roomAt(path: string): Room | undefined {
  try {
    const { bsize, bfree, bavail, files, ffree } = statfsSync(path);
    const bytes = bsize * (process.getuid?.() === 0 ? bfree : bavail);
    return { bytes, files: files === 0 ? null : ffree };
  } catch {
    return undefined;
  }
}

/** A limit that holds, how much of it is used, and what raises it. */
export interface Limit {
  readonly name: string;
  /** Bytes, where it is of bytes. */
  readonly value: number;
  readonly used: number;
  readonly isOfBytes: boolean;
  readonly remedy: string;
}

/**
 * Limits that hold for a process, by what they are of. Each list is empty where nothing is limited, or
 * nothing is known.
 */
export const limitsOn = {
  addressSpace: (process: Refused) =>
    resource(
      process,
      'RLIMIT_AS',
      'Max address space',
      statusBytes(process, 'VmSize'),
      'ulimit -v raises it',
    ),
  data: (process: Refused) =>
    resource(process, 'RLIMIT_DATA', 'Max data size', statusBytes(process, 'VmData'), 'ulimit -d raises it'),
  locked: (process: Refused) =>
    resource(
      process,
      'RLIMIT_MEMLOCK',
      'Max locked memory',
      statusBytes(process, 'VmLck'),
      'ulimit -l or CAP_IPC_LOCK raises it',
    ),
  fileSize: (process: Refused) =>
    resource(process, 'RLIMIT_FSIZE', 'Max file size', 0, 'ulimit -f raises it'),
  files: (process: Refused) => {
    const used = process.files.list(`/proc/${process.pid}/fd`).length;
    const own = resource(process, 'RLIMIT_NOFILE', 'Max open files', used, 'ulimit -n raises it');
    return own.map((limit) => ({ ...limit, isOfBytes: false }));
  },
  allFiles: ({ files }: Refused) => {
    const [used, , value] = (files.readText('/proc/sys/fs/file-nr') ?? '').split(/\s+/);
    return counted('fs.file-max', value, used, (raised) => `sysctl -w fs.file-max=${raised}`);
  },
  mappings: ({ pid, files }: Refused) => {
    const value = files.readText('/proc/sys/vm/max_map_count');
    const lines = (files.readText(`/proc/${pid}/maps`) ?? '').split('\n');
    // That page belongs to no process.
    const used = lines.filter((line) => line !== '' && !line.endsWith('[vsyscall]')).length;
    return counted(
      'vm.max_map_count',
      value,
      String(used),
      (raised) => `sysctl -w vm.max_map_count=${raised}`,
    );
  },
  /** Threads and processes. */
  tasks: (process: Refused) => [...userTasks(process), ...groupTasks(process), ...allTasks(process)],
  commit: ({ files }: Refused): Limit[] => {
    const meminfo = files.readText('/proc/meminfo') ?? '';
    const of = (name: string) => fieldBytes(meminfo, name);
    const remedy = 'sysctl -w vm.overcommit_memory=1 lifts it';
    switch (files.readText('/proc/sys/vm/overcommit_memory')) {
      case '2': {
        const name = 'CommitLimit (vm.overcommit_memory=2)';
        return [{ name, value: of('CommitLimit'), used: of('Committed_AS'), isOfBytes: true, remedy }];
      }
      case '0': {
        const name = 'memory with swap (vm.overcommit_memory=0)';
        return [{ name, value: of('MemTotal') + of('SwapTotal'), used: 0, isOfBytes: true, remedy }];
      }
      default:
        return [];
    }
  },
  hugeReservations: (process: Refused) => hugeGroups(process, 'hugetlb.2MB.rsvd'),
  hugePages: (process: Refused) => hugeGroups(process, 'hugetlb.2MB'),
} as const;

/** The first of some limits that so much more would exceed, as a sentence. */
export function exceeded(limits: readonly Limit[], needed: number): string | undefined {
  const found = limits.find(({ value, used }) => used + needed > value);
  return found && limitText(found, needed);
}

function limitText({ name, value, used, isOfBytes, remedy }: Limit, needed: number): string {
  const figure = isOfBytes ? bytesText : String;
  const taken = used === 0 ? ', ' : `: ${figure(used)} used, `;
  return `${name} is ${figure(value)}${taken}${figure(needed)} ${used === 0 ? '' : 'more '}needed; ${remedy}`;
}

/**
 * How often the kernel has ended a process for want of memory: in each group of a process, and on the host.
 */
export type MemoryKills = ReadonlyMap<string, number>;

const ofHost = '/proc/vmstat';
const memoryFiles = ['memory.events', 'memory.oom_control'] as const;

export function memoryKills({ pid, files }: Pick<Refused, 'pid' | 'files'>): MemoryKills {
  const folders = memoryGroups({ pid, files });
  const paths = folders.flatMap((folder) => memoryFiles.map((name) => `${folder}/${name}`));
  return new Map(
    [...paths, ofHost].flatMap((path) => {
      const kills = /^oom_kill (\d+)$/m.exec(files.readText(path) ?? '')?.[1];
      return kills === undefined ? [] : [[path, Number(kills)] as const];
    }),
  );
}

/** The limit for which the kernel has ended a process since `before`; undefined where it ended none. */
export function explainMemoryKill(before: MemoryKills, process: Refused, needed: number): string | undefined {
  const raised = [...memoryKills(process)].find(([path, kills]) => kills > (before.get(path) ?? 0))?.[0];
  if (raised === undefined) return undefined;
  const { files } = process;
  const folders = memoryGroups(process);
  // The limit can be that of a group around it.
  const from = folders.findIndex((folder) => raised.startsWith(`${folder}/`));
  for (const folder of from === -1 ? [] : folders.slice(from)) {
    const limit = cgroupFigure(files, folder, ['memory.max', 'memory.limit_in_bytes']);
    if (limit === undefined) continue;
    const used = cgroupFigure(files, folder, ['memory.current', 'memory.usage_in_bytes'])?.value ?? 0;
    const remedy = 'raise it (docker run --memory, systemd MemoryMax=)';
    return limitText(
      { name: `${folder}/${limit.name}`, value: limit.value, used, isOfBytes: true, remedy },
      needed,
    );
  }
  const value = fieldBytes(files.readText('/proc/meminfo') ?? '', 'MemTotal');
  const remedy = 'the kernel ran out and ended the process: ask for fewer --modules or --pages';
  return limitText({ name: 'MemTotal', value, used: 0, isOfBytes: true, remedy }, needed);
}

function memoryGroups({ pid, files }: Pick<Refused, 'pid' | 'files'>): string[] {
  return cgroupFolders(files.readText(`/proc/${pid}/cgroup`) ?? '', 'memory');
}

/** A number of bytes for people, as `64 KiB` or `1.5 GiB`. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const unit = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(bytes) / 10)));
  return `${Math.round((10 * bytes) / 1024 ** unit) / 10} ${units[unit]}`;
}

/**
 * The soft limit of a resource, from the text of /proc/<pid>/limits, by its name there; null = unlimited, or
 * not told.
 */
export function softLimit(limits: string, name: string): number | null {
  return limitIn(limits, name, 0);
}

function limitIn(limits: string, name: string, column: 0 | 1): number | null {
  const value = limits
    .split('\n')
    .find((line) => line.startsWith(name))
    ?.slice(name.length)
    .trim()
    .split(/\s+/)[column];
  return value === undefined || value === 'unlimited' ? null : Number(value);
}

/**
 * Seconds of CPU time after which a process of this one is sent SIGXCPU, and SIGKILL; null = unlimited, or
 * not told.
 */
export function cpuTimeLimit({ pid, files }: Refused): {
  readonly soft: number | null;
  readonly hard: number | null;
} {
  const limits = files.readText(`/proc/${pid}/limits`) ?? '';
  const name = 'Max cpu time';
  return { soft: limitIn(limits, name, 0), hard: limitIn(limits, name, 1) };
}

function resource(
  { pid, files }: Refused,
  name: string,
  title: string,
  used: number,
  remedy: string,
): Limit[] {
  const value = softLimit(files.readText(`/proc/${pid}/limits`) ?? '', title);
  return value === null ? [] : [{ name, value, used, isOfBytes: true, remedy }];
}

function counted(
  name: string,
  value: string | undefined,
  used: string | undefined,
  remedy: (raised: number) => string,
): Limit[] {
  if (!value || !used) return [];
  const limit = Number(value);
  return [{ name, value: limit, used: Number(used), isOfBytes: false, remedy: remedy(4 * limit) }];
}

/** Of root the kernel counts none. */
function userTasks({ pid, files }: Refused): Limit[] {
  const user = (status: string) => /^Uid:\s+(\d+)/m.exec(status)?.[1];
  const own = user(files.readText(`/proc/${pid}/status`) ?? '');
  const value = softLimit(files.readText(`/proc/${pid}/limits`) ?? '', 'Max processes');
  if (value === null || own === undefined || own === '0') return [];
  const used = files
    .list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => files.readText(`/proc/${name}/status`) ?? '')
    .filter((status) => user(status) === own)
    .reduce((sum, status) => sum + Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 0), 0);
  return [{ name: 'RLIMIT_NPROC', value, used, isOfBytes: false, remedy: 'ulimit -u raises it' }];
}

function groupTasks({ pid, files }: Refused): Limit[] {
  const groups = files.readText(`/proc/${pid}/cgroup`) ?? '';
  return cgroupFolders(groups, 'pids').flatMap((folder) => {
    const limit = cgroupFigure(files, folder, ['pids.max']);
    const used = cgroupFigure(files, folder, ['pids.current'])?.value ?? 0;
    const remedy = 'raise it (docker run --pids-limit, systemd TasksMax=)';
    return limit ? [{ name: `${folder}/pids.max`, value: limit.value, used, isOfBytes: false, remedy }] : [];
  });
}

function allTasks({ files }: Refused): Limit[] {
  const used = /\/(\d+)/.exec(files.readText('/proc/loadavg') ?? '')?.[1];
  const value = files.readText('/proc/sys/kernel/threads-max');
  return counted('kernel.threads-max', value, used, (raised) => `sysctl -w kernel.threads-max=${raised}`);
}

function hugeGroups({ pid, files }: Refused, prefix: string): Limit[] {
  const groups = files.readText(`/proc/${pid}/cgroup`) ?? '';
  return cgroupFolders(groups, 'hugetlb').flatMap((folder) => {
    const limit = cgroupFigure(files, folder, [`${prefix}.max`, `${prefix}.limit_in_bytes`]);
    const used = cgroupFigure(files, folder, [`${prefix}.current`, `${prefix}.usage_in_bytes`])?.value ?? 0;
    const remedy = 'raise it, or run in another group';
    return limit
      ? [{ name: `${folder}/${limit.name}`, value: limit.value, used, isOfBytes: true, remedy }]
      : [];
  });
}

function statusBytes({ pid, files }: Refused, name: string): number {
  return fieldBytes(files.readText(`/proc/${pid}/status`) ?? '', name);
}

/** A field of /proc/meminfo or /proc/<pid>/status, which count in kB. */
function fieldBytes(text: string, name: string): number {
  return 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
}
