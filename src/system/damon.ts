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
