import { hugePagePool } from '../system/huge-pages.ts';
import type { Setting } from './setting.ts';

const path = `${hugePagePool}/nr_hugepages`;

/** Free 2 MiB pages for the strategies that need some. */
export const hugePages: Setting = {
  name: 'huge pages of 2 MiB',
  pattern: /^\/sys\/kernel\/mm\/hugepages\/hugepages-2048kB\/nr_hugepages$/,
  plan({ readText }, { hugePages: needed }) {
    const total = Number(readText(path) ?? Number.NaN);
    if (Number.isNaN(total)) return [];
    const count = (name: string) => Number(readText(`${hugePagePool}/${name}`) ?? 0);
    const usable = count('free_hugepages') - count('resv_hugepages');
    return usable >= needed ? [] : [{ path, wanted: String(total - usable + needed) }];
  },
  nothingToDo({ readText }) {
    const free = readText(`${hugePagePool}/free_hugepages`);
    return free === undefined
      ? 'are not there: this kernel has none of that size'
      : `are enough (${free} free)`;
  },
  describe([only]) {
    if (only === undefined) return '';
    const given = only.set?.trim();
    const short = given === only.wanted ? '' : `, not ${only.wanted}: memory is fragmented`;
    return `${given} (it was ${only.before.trim()}${short})`;
  },
};
