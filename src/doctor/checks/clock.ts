import type { SystemFiles } from '../../system/files.ts';
import { hypervisorOf } from '../../system/host.ts';
import { type Check, fine, note, serious, unknown } from '../check.ts';

const cpus = '/sys/devices/system/cpu';

/** How the governors that are not `performance` choose the clock. */
const varying: Readonly<Record<string, string>> = {
  powersave:
    'the clock stays low, or follows the load (intel_pstate, amd-pstate): speed differs from fork to fork',
  ondemand: 'the clock follows the load: speed differs from fork to fork',
  conservative: 'the clock follows the load slowly: speed differs from fork to fork',
  schedutil: 'the clock follows the load: speed differs from fork to fork',
};

function governors({ list, readText }: SystemFiles): string[] {
  return list(cpus)
    .filter((name) => /^cpu\d+$/.test(name))
    .flatMap((name) => readText(`${cpus}/${name}/cpufreq/scaling_governor`) ?? []);
}

export const governor: Check = {
  id: 'governor',
  look({ files }) {
    const all = governors(files);
    const hypervisor = hypervisorOf(files);
    if (all.length === 0 && hypervisor !== null)
      return note(
        `none: the clock is the host's (a VM: ${hypervisor})`,
        'the clock may vary, and nothing in here can see or change it',
      );
    if (all.length === 0)
      return unknown(`${cpus}/cpu*/cpufreq/scaling_governor`, 'the clock may vary with the load');
    const other = all.filter((name) => name !== 'performance');
    const evidence = (name: string, count: number) => `${name} on ${count} of ${all.length} CPUs`;
    const [name] = other;
    if (name === undefined)
      return fine(evidence('performance', all.length), 'the clock does not wait for load');
    const count = other.filter((each) => each === name).length;
    const level = name === 'powersave' ? serious : note;
    return level(
      evidence(name, count),
      varying[name] ?? 'the clock is chosen by something else',
      'cpupower frequency-set -g performance',
    );
  },
};

/** Where drivers say whether the clock may rise above its nominal rate, and what they say then. */
const boosts = [
  { path: `${cpus}/intel_pstate/no_turbo`, on: '0', off: '1' },
  { path: `${cpus}/cpufreq/boost`, on: '1', off: '0' },
] as const;

export const boost: Check = {
  id: 'boost',
  look({ files }) {
    const found = boosts.find(({ path }) => files.readText(path) !== undefined);
    const effect = 'the clock rises and falls with heat and with how many cores are busy';
    if (found === undefined) {
      const hypervisor = hypervisorOf(files);
      const paths = boosts.map(({ path }) => path).join(' or ');
      if (hypervisor === null) return unknown(paths, effect);
      return note(`not visible: the clock is the host's (a VM: ${hypervisor})`, effect);
    }
    const { path, on, off } = found;
    const value = files.readText(path);
    if (value === off) return fine(`off (${path} is ${off})`, 'the clock keeps to its nominal rate');
    if (value === on) return note(`on (${path} is ${on})`, effect, `echo ${off} > ${path}`);
    return unknown(path, effect);
  },
};

const clocksourcePath = '/sys/devices/system/clocksource/clocksource0/current_clocksource';

/** Clocks that the C library reads without entering the kernel. */
const cheapClocks = ['tsc', 'kvm-clock', 'hyperv_clocksource_tsc_page', 'arch_sys_counter'];

export const clocksource: Check = {
  id: 'clocksource',
  look({ files }) {
    const name = files.readText(clocksourcePath);
    if (name === undefined) return unknown(clocksourcePath, 'reading the time may be expensive');
    if (cheapClocks.includes(name)) return fine(name, 'reading the time needs no system call');
    return note(
      name,
      'reading the time is a system call of up to a microsecond; it is taken once a batch',
      `echo tsc > ${clocksourcePath}`,
    );
  },
};
