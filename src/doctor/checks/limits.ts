import { tmpdir } from 'node:os';
import { cgroupFigure, cgroupFolders } from '../../system/cgroups.ts';
import type { SystemFiles } from '../../system/files.ts';
import { memlockLimit } from '../../system/host.ts';
import { mountOf } from '../../system/mounts.ts';
import { hasCapability } from '../../system/process.ts';
import { type Check, type CheckFinding, fine, note, serious, strategiesThatNeed, unknown } from '../check.ts';
import type { Facts } from '../facts.ts';

const hugePage = 2 * 1024 * 1024;

export const memlock: Check = {
  id: 'memlock',
  look({ files }) {
    const limits = files.readText('/proc/self/limits');
    const effect = 'reuse_lock fails with EAGAIN for larger modules (EPERM where it is 0)';
    if (limits === undefined) return unknown('/proc/self/limits', effect);
    const bytes = memlockLimit(limits);
    if (bytes === null) return fine('unlimited', 'reuse_lock can lock modules of any size');
    const evidence = `RLIMIT_MEMLOCK is ${bytes / 1024} KiB`;
    if (hasCapability(files, 'CAP_IPC_LOCK') === true)
      return fine(`${evidence}, and CAP_IPC_LOCK lifts it`, 'reuse_lock can lock modules of any size');
    if (bytes < hugePage)
      return note(
        evidence,
        `${effect}; a locked huge page, which counts as 2 MiB, is refused too`,
        'ulimit -l unlimited',
      );
    return fine(evidence, 'enough for reuse_lock at usual sizes');
  },
};

const mapCountPath = '/proc/sys/vm/max_map_count';
const defaultMapCount = 65_530;

export const maxMapCount: Check = {
  id: 'max-map-count',
  look({ files }) {
    const text = files.readText(mapCountPath);
    const effect = 'the workload tenancy, with thousands of live modules, fails with ENOMEM';
    if (text === undefined) return unknown(mapCountPath, effect);
    if (Number(text) < defaultMapCount)
      return note(`${text} mappings a process`, effect, `sysctl -w vm.max_map_count=${defaultMapCount}`);
    return fine(`${text} mappings a process`, 'room for thousands of live modules');
  },
};

/** Whether code can be mapped from files in a folder. */
function checkMount({ files }: Facts, path: string, affected: string): CheckFinding {
  const mounts = files.readText('/proc/mounts');
  if (mounts === undefined) return unknown('/proc/mounts', `${affected} map code from files in ${path}`);
  const mount = mountOf(mounts, path);
  if (mount === undefined) return unknown(`a mount of ${path} in /proc/mounts`, `${affected} need it`);
  const evidence = `${path} is ${mount.folder === path ? '' : `in ${mount.folder}, `}${mount.type}`;
  const remount = `mount -o remount,exec ${mount.folder}`;
  if (mount.options.includes('noexec'))
    return note(`${evidence}, noexec`, `unavailable (EPERM): ${affected}`, remount);
  if (mount.options.includes('ro'))
    return note(
      `${evidence}, read-only`,
      `unavailable (EROFS): ${affected}`,
      `mount -o remount,rw ${mount.folder}`,
    );
  return fine(`${evidence}, without noexec`, `${affected} can map code from there`);
}

export const devShm: Check = {
  id: 'dev-shm',
  look: (facts) => checkMount(facts, '/dev/shm', strategiesThatNeed('shm')),
};

export const tmp: Check = {
  id: 'tmp',
  look: (facts) => checkMount(facts, tmpdir(), strategiesThatNeed('file')),
};

/** The least limit of a group and of those that it lies in; undefined where none is set. */
function least(
  folders: readonly string[],
  limitOf: (folder: string) => number | undefined,
): number | undefined {
  const limits = folders.flatMap((folder) => limitOf(folder) ?? []);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

function number(text: string | undefined): number | undefined {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

/**
 * CPUs' worth of time that a group may use: version 2 has `quota period` in one file, version 1 two files.
 */
function quota({ readText }: SystemFiles, folder: string): number | undefined {
  const [two, period] = readText(`${folder}/cpu.max`)?.split(' ').map(number) ?? [];
  const one = number(readText(`${folder}/cpu.cfs_quota_us`));
  const time = two ?? one;
  const length = period ?? number(readText(`${folder}/cpu.cfs_period_us`));
  return time === undefined || length === undefined ? undefined : time / length;
}

/** Bytes. */
function memory(files: SystemFiles, folder: string): number | undefined {
  return cgroupFigure(files, folder, ['memory.max', 'memory.limit_in_bytes'])?.value;
}

/** Bytes of 2 MiB pages. */
function hugetlb(files: SystemFiles, folder: string): number | undefined {
  return cgroupFigure(files, folder, ['hugetlb.2MB.max', 'hugetlb.2MB.limit_in_bytes'])?.value;
}

export const cgroup: Check = {
  id: 'cgroup',
  look({ files }) {
    const groups = files.readText('/proc/self/cgroup');
    if (groups === undefined)
      return unknown('/proc/self/cgroup', 'a quota would stop the process now and then');
    const cpus = least(cgroupFolders(groups, 'cpu'), (folder) => quota(files, folder));
    const bytes = least(cgroupFolders(groups, 'memory'), (folder) => memory(files, folder));
    const huge = least(cgroupFolders(groups, 'hugetlb'), (folder) => hugetlb(files, folder));
    const limits = [
      ...(cpus === undefined ? [] : [`${Number(cpus.toFixed(2))} CPUs`]),
      ...(bytes === undefined ? [] : [`${Math.round(bytes / 2 ** 20)} MiB of memory`]),
      ...(huge === undefined ? [] : [`${Math.round(huge / 2 ** 20)} MiB of huge pages`]),
    ];
    if (limits.length === 0)
      return fine('no limit of CPU time, memory or huge pages seen', 'nothing is throttled');
    const evidence = `limits: ${limits.join(', ')}`;
    if (cpus !== undefined && cpus < 1)
      return serious(
        evidence,
        'the process is stopped for the rest of every period once its quota is used',
        'run in a group with cpu.max of a CPU or more (docker run --cpus 2)',
      );
    return note(
      evidence,
      'quotas count all processes of the group: what runs beside the measured one uses them too',
    );
  },
};
