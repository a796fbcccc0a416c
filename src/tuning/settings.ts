import { parseCpuList } from '../system/cpus.ts';
import type { SystemFiles } from '../system/files.ts';
import { hypervisorOf } from '../system/host.ts';
import { hugePagePool } from '../system/huge-pages.ts';

/** What a run would like of the host. */
export interface Wishes {
  /** The CPU that is measured on. */
  readonly cpu: number;
  /** Free 2 MiB pages. */
  readonly hugePages: number;
}

/** A kind of setting that can be changed for a while. */
export interface Setting {
  /** As a reader is told. */
  readonly name: string;
  /** Its files: no others are ever written. */
  readonly pattern: RegExp;
  /** What would have to be written; nothing where all is well, or nothing is there. */
  readonly plan: (files: SystemFiles, wishes: Wishes) => readonly Pick<Change, 'path' | 'wanted'>[];
  /** Why nothing is planned, after the name. */
  readonly nothingToDo: (files: SystemFiles, wishes: Wishes) => string;
  /** What was done, after the name. */
  readonly describe: (done: readonly Tried[], refused: readonly Tried[], wishes: Wishes) => string;
}

const cpus = '/sys/devices/system/cpu';

/** The clock of every CPU at its most. */
const governor: Setting = {
  name: 'governor',
  pattern: /^\/sys\/devices\/system\/cpu\/cpu\d+\/cpufreq\/scaling_governor$/,
  plan({ list, readText }) {
    return list(cpus)
      .map((name) => `${cpus}/${name}/cpufreq`)
      .filter((folder) => /\/cpu\d+\//.test(folder))
      .flatMap((folder) => {
        const path = `${folder}/scaling_governor`;
        const before = readText(path);
        const choices = readText(`${folder}/scaling_available_governors`)?.split(' ') ?? [];
        const isWanted = before !== undefined && before !== 'performance' && choices.includes('performance');
        return isWanted ? [{ path, wanted: 'performance' }] : [];
      });
  },
  nothingToDo(files) {
    if (files.readText(`${cpus}/cpu0/cpufreq/scaling_governor`) !== undefined)
      return 'is performance, or cannot be';
    const hypervisor = hypervisorOf(files);
    return `is not there${hypervisor === null ? '' : `: a VM (${hypervisor})`}`;
  },
  describe(done) {
    const before = [...new Set(done.map((each) => each.before.trim()))].join(', ');
    return `performance on ${done.length} CPUs (it was ${before})`;
  },
};

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

const folder = '/proc/irq';

/** The CPUs of a mask as the kernel writes it: groups of 32 bits in hexadecimal, `00000001,0000000f`. */
export function parseMask(text: string): bigint {
  const digits = text.replaceAll(',', '').trim();
  return /^[0-9a-f]+$/i.test(digits) ? BigInt(`0x${digits}`) : 0n;
}

/** A mask as the kernel takes it. */
export function formatMask(mask: bigint): string {
  const digits = mask.toString(16);
  const length = Math.ceil(digits.length / 8) * 8;
  const groups = digits.padStart(length, '0').match(/.{8}/g) ?? [];
  return groups.join(',').replace(/^0+(?=[0-9a-f])/, '');
}

/** Interrupts of devices kept off the CPU that is measured on. */
export const interrupts: Setting = {
  name: 'interrupts',
  pattern: /^\/proc\/irq\/\d+\/smp_affinity$/,
  plan({ list, readText }, { cpu }) {
    const own = 1n << BigInt(cpu);
    const online = parseCpuList(readText('/sys/devices/system/cpu/online') ?? '');
    const others = online.reduce((mask, each) => mask | (1n << BigInt(each)), 0n) & ~own;
    // With one CPU there is nowhere else to go.
    if (others === 0n) return [];
    return list(folder)
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        const path = `${folder}/${name}/smp_affinity`;
        const mask = parseMask(readText(path) ?? '');
        if ((mask & own) === 0n) return [];
        return [{ path, wanted: formatMask((mask & ~own) === 0n ? others : mask & ~own) }];
      });
  },
  nothingToDo: (_, { cpu }) => `cannot, or need not, be kept off CPU ${cpu}`,
  describe(done, refused, { cpu }) {
    const fixed = refused.length === 0 ? '' : ` (${refused.length} cannot be moved)`;
    return `${done.length} kept off CPU ${cpu}${fixed}`;
  },
};

/** What can be changed for the length of a run. */
export const settings: readonly Setting[] = [hugePages, governor, interrupts];

/** Whether a file is one that mapbench changes. */
export function isSetting(path: string): boolean {
  return settings.some(({ pattern }) => pattern.test(path));
}

/** A setting that is to be changed for a while. */
export interface Change {
  readonly path: string;
  /** The text of the file, byte for byte. */
  readonly before: string;
  /** What is written. */
  readonly wanted: string;
}

/** A change that was tried. */
export interface Tried extends Change {
  /** What the file read afterwards: a kernel may grant less. null = refused, and nothing was changed. */
  readonly set: string | null;
}
