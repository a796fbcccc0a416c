import { hasCapability } from '../../system/capabilities.ts';
import type { Check } from '../check.ts';
import { fine, note, unknown } from '../finding.ts';

const paranoidPath = '/proc/sys/kernel/perf_event_paranoid';
const pointersPath = '/proc/sys/kernel/kptr_restrict';

export const perfEventParanoid: Check = {
  id: 'perf-event-paranoid',
  look({ files }) {
    const value = files.readText(paranoidPath);
    const effect = 'mapbench profile and counters see user mode only, not the kernel, where mapping costs';
    if (value === undefined) return unknown(paranoidPath, effect);
    const evidence = `kernel.perf_event_paranoid is ${value}`;
    const mayAll = ['CAP_PERFMON', 'CAP_SYS_ADMIN'] as const;
    if (mayAll.some((name) => hasCapability(files, name) === true))
      return fine(`${evidence}, and this process has CAP_PERFMON`, 'the kernel can be profiled');
    if (Number(value) <= 1) return fine(evidence, 'the kernel can be profiled');
    return note(evidence, effect, 'sysctl -w kernel.perf_event_paranoid=1');
  },
};

export const kptrRestrict: Check = {
  id: 'kptr-restrict',
  look({ files }) {
    const value = files.readText(pointersPath);
    const effect = 'the kernel’s functions have no names in profiles';
    if (value === undefined) return unknown(pointersPath, effect);
    const evidence = `kernel.kptr_restrict is ${value}`;
    const hasNames = value === '0' || (value === '1' && hasCapability(files, 'CAP_SYSLOG') === true);
    if (hasNames) return fine(evidence, 'profiles name the kernel’s functions');
    return note(evidence, effect, 'sysctl -w kernel.kptr_restrict=0');
  },
};
