import type { Setting } from './setting.ts';

const path = '/proc/sys/vm/nr_hugepages';
const pool = '/sys/kernel/mm/hugepages/hugepages-2048kB';

/** Free 2 MiB pages for the strategies that need some. */
export const hugePagePool: Setting = {
  name: 'vm.nr_hugepages',
  pattern: /^\/proc\/sys\/vm\/nr_hugepages$/,
  plan({ readText }, { hugePages }) {
    // nr_hugepages is of the default size, which need not be 2 MiB: then the two differ.
    const total = Number(readText(path) ?? Number.NaN);
    if (Number.isNaN(total) || total !== Number(readText(`${pool}/nr_hugepages`) ?? Number.NaN)) return [];
    const count = (name: string) => Number(readText(`${pool}/${name}`) ?? 0);
    const usable = count('free_hugepages') - count('resv_hugepages');
    return usable >= hugePages ? [] : [{ path, wanted: String(total - usable + hugePages) }];
  },
  nothingToDo({ readText }) {
    const free = readText(`${pool}/free_hugepages`);
    return free === undefined ? 'is not there: no pool of 2 MiB pages' : `is enough (${free} pages free)`;
  },
  describe([only]) {
    if (only === undefined) return '';
    const given = only.set?.trim();
    const short = given === only.wanted ? '' : `, not ${only.wanted}: memory is fragmented`;
    return `${given} (it was ${only.before.trim()}${short})`;
  },
};
