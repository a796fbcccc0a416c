import type { SystemFiles } from './files.ts';

const root = '/sys/fs/cgroup';

/** Limits above this are no limits: version 1 writes 2^63 rounded to pages where none is set. */
const maxBytes = 2 ** 60;

/** A group's folder and those above it, as `/sys/fs/cgroup/a/b`, `/sys/fs/cgroup/a`, `/sys/fs/cgroup`. */
function upwards(mount: string, group: string): string[] {
  const parts = group.split('/').filter((part) => part !== '' && part !== '..');
  return Array.from({ length: parts.length + 1 }, (_, index) =>
    [mount, ...parts.slice(0, parts.length - index)].join('/'),
  );
}

/**
 * Where a process's groups are, of both versions: the unified hierarchy and those of single controllers.
 * `groups` is the text of /proc/<pid>/cgroup.
 */
export function cgroupFolders(groups: string, controller: string): string[] {
  return groups.split('\n').flatMap((line) => {
    const [, controllers = '', ...path] = line.split(':');
    const group = path.join(':');
    if (controllers === '') return upwards(root, group);
    const isConcerned = controllers.split(',').includes(controller);
    return isConcerned ? upwards(`${root}/${controller}`, group) : [];
  });
}

/**
 * A figure of a group that has either file, which is of version 2 or 1; undefined where there is no limit.
 */
export function cgroupFigure(
  { readText }: SystemFiles,
  folder: string,
  names: readonly string[],
): { readonly name: string; readonly value: number } | undefined {
  for (const name of names) {
    const text = readText(`${folder}/${name}`);
    const value = Number(text || Number.NaN);
    if (Number.isFinite(value) && value >= 0 && value <= maxBytes) return { name, value };
  }
  return undefined;
}
