import { parseCpuList } from '../../system/cpus.ts';
import { type Check, fine, note, serious, unknown } from '../check.ts';
import { grown } from '../facts.ts';

/** A fraction of the time that the hypervisor may take before it is serious. */
const maxSteal = 0.01;

export const load: Check = {
  id: 'load',
  look({ files }) {
    const text = files.readText('/proc/loadavg');
    const minute = Number(text?.split(' ')[0] ?? Number.NaN);
    const cpus = parseCpuList(files.readText('/sys/devices/system/cpu/online') ?? '').length;
    const effect = 'other work takes the measured CPU, its caches and its clock';
    if (Number.isNaN(minute)) return unknown('/proc/loadavg', effect);
    if (cpus === 0) return unknown('/sys/devices/system/cpu/online', effect);
    const evidence = `load average ${minute} on ${cpus} CPUs`;
    if (minute > cpus) return serious(evidence, effect, 'ps -eo pcpu,pid,args --sort=-pcpu | head');
    if (minute > cpus / 2) return note(evidence, effect, 'ps -eo pcpu,pid,args --sort=-pcpu | head');
    return fine(evidence, 'the CPUs are mostly idle');
  },
};

export const steal: Check = {
  id: 'steal',
  look({ interval }) {
    // Without a interval of time there is nothing to tell: a count since boot says nothing of now.
    if (interval === undefined) return [];
    const effect = 'the hypervisor runs others on them: iterations that meet them can take milliseconds';
    const [stolen, all] = [grown(interval, 'stealTicks'), grown(interval, 'cpuTicks')];
    if (stolen === undefined || all === undefined) return unknown('/proc/stat', effect);
    if (all === 0) return { ...unknown('', effect), evidence: 'not known: no clock tick was counted' };
    const fraction = stolen / all;
    const evidence = `${(fraction * 100).toFixed(1)} % of the CPUs' time was stolen`;
    if (fraction > maxSteal)
      return serious(evidence, effect, 'choose a host or an instance with CPUs of its own');
    return fine(evidence, 'the hypervisor, if there is one, lets this host run');
  },
};

export const swap: Check = {
  id: 'swap',
  look({ files, interval }) {
    const effect = 'a page that was swapped out costs a read from disk at its next use';
    const text = files.readText('/proc/swaps');
    if (text === undefined) return unknown('/proc/swaps', effect);
    const areas = text.split('\n').length - 1;
    if (areas === 0) return fine('no swap', 'no page can be swapped out');
    const pages = grown(interval, 'swappedIn');
    const evidence = `${areas} swap ${areas === 1 ? 'area' : 'areas'}, ${pages ?? 'not known how many'} pages read back meanwhile`;
    if (pages !== undefined && pages > 0) return serious(evidence, effect, 'swapoff -a');
    return fine(evidence, 'nothing was swapped');
  },
};

/** Says something only where a mapbench was killed together with its guard. */
export const leftSettings: Check = {
  id: 'left-settings',
  look({ left }) {
    if (left === undefined) return [];
    return serious(
      `a mapbench that was killed (process ${left.pid}) left ${left.count} settings changed`,
      'this host is not as it was set up',
      'mapbench doctor --restore',
    );
  },
};
