import type { SystemFiles } from '../../system/files.ts';
import type { Check } from '../check.ts';
import { fine, note, serious, unknown } from '../finding.ts';

const root = '/sys/fs/cgroup';

/** Limits above this are no limits: version 1 writes 2^63 rounded to pages where none is set. */
const mostBytes = 2 ** 60;

/** The least limit of a group and of those that it lies in; undefined where none is set. */
function least(
  folders: readonly string[],
  limitOf: (folder: string) => number | undefined,
): number | undefined {
  const limits = folders.flatMap((folder) => limitOf(folder) ?? []);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** A group's folder and those above it, as `/sys/fs/cgroup/a/b`, `/sys/fs/cgroup/a`, `/sys/fs/cgroup`. */
function upwards(mount: string, group: string): string[] {
  const parts = group.split('/').filter((part) => part !== '' && part !== '..');
  return Array.from({ length: parts.length + 1 }, (_, index) =>
    [mount, ...parts.slice(0, parts.length - index)].join('/'),
  );
}

/** Where this process's groups are, of both versions: the unified hierarchy and those of single controllers. */
function foldersOf(groups: string, controller: string): string[] {
  return groups.split('\n').flatMap((line) => {
    const [, controllers = '', ...path] = line.split(':');
    const group = path.join(':');
    if (controllers === '') return upwards(root, group);
    const isConcerned = controllers.split(',').includes(controller);
    return isConcerned ? upwards(`${root}/${controller}`, group) : [];
  });
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
function memory({ readText }: SystemFiles, folder: string): number | undefined {
  const bytes = number(readText(`${folder}/memory.max`) ?? readText(`${folder}/memory.limit_in_bytes`));
  return bytes === undefined || bytes > mostBytes ? undefined : bytes;
}

/** Bytes of 2 MiB pages. */
function hugetlb({ readText }: SystemFiles, folder: string): number | undefined {
  const bytes = number(
    readText(`${folder}/hugetlb.2MB.max`) ?? readText(`${folder}/hugetlb.2MB.limit_in_bytes`),
  );
  return bytes === undefined || bytes > mostBytes ? undefined : bytes;
}

export const cgroup: Check = {
  id: 'cgroup',
  look({ files }) {
    const groups = files.readText('/proc/self/cgroup');
    if (groups === undefined)
      return unknown('/proc/self/cgroup', 'a quota would stop the process now and then');
    const cpus = least(foldersOf(groups, 'cpu'), (folder) => quota(files, folder));
    const bytes = least(foldersOf(groups, 'memory'), (folder) => memory(files, folder));
    const huge = least(foldersOf(groups, 'hugetlb'), (folder) => hugetlb(files, folder));
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
