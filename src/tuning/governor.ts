import { hypervisorOf } from '../system/host.ts';
import type { Setting } from './setting.ts';

const cpus = '/sys/devices/system/cpu';

/** The clock of every CPU at its most. */
export const governor: Setting = {
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
