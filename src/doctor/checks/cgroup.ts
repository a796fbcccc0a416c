import { cgroupFigure, cgroupFolders } from '../../system/cgroups.ts';
import type { SystemFiles } from '../../system/files.ts';
import type { Check } from '../check.ts';
import { fine, note, serious, unknown } from '../finding.ts';

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

/** CPUs' worth of time that a group may use: version 2 has `quota period` in one file, version 1 two files. */
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
