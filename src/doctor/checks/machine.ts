import type { SystemFiles } from '../../system/files.ts';
import { hypervisorOf } from '../../system/host.ts';
import type { Check } from '../check.ts';
import { fine, note, unknown } from '../finding.ts';

export const virtualisation: Check = {
  id: 'virtualisation',
  look({ files }) {
    const hypervisor = hypervisorOf(files);
    if (files.readText('/proc/cpuinfo') === undefined)
      return unknown('/proc/cpuinfo', 'a VM makes faults dearer');
    if (hypervisor === null)
      return fine('no hypervisor known', 'page faults and TLB shootdowns cost what the processor takes');
    return note(
      hypervisor,
      'page faults walk two page tables and shootdowns may wait for other virtual CPUs: compare ratios, not nanoseconds, with bare metal',
    );
  },
};

const folder = '/sys/devices/system/cpu/vulnerabilities';

/** What a mitigation does to mapping code, by words in its file. */
const dear: readonly { words: RegExp; effect: string }[] = [
  {
    words: /Mitigation: PTI/,
    effect: 'page table isolation: every system call and fault changes page tables',
  },
  { words: /Retpolines?/i, effect: 'retpolines: indirect calls in the kernel are slower' },
  {
    words: /\bIBRS\b(?!: Not)/,
    effect: 'IBRS: every entry of the kernel writes a register of the processor',
  },
  {
    words: /safe RET|untrained return thunk/i,
    effect: 'return thunks: every return in the kernel is slower',
  },
  { words: /Clear CPU buffers/, effect: 'CPU buffers are cleared at every return to user mode' },
];

function activeMitigations({ list, readText }: SystemFiles): string[] {
  return list(folder).flatMap((name) => {
    const text = readText(`${folder}/${name}`) ?? '';
    return text.includes('Mitigation') ? [`${name}: ${text}`] : [];
  });
}

export const mitigations: Check = {
  id: 'mitigations',
  look({ files }) {
    if (files.list(folder).length === 0) return unknown(folder, 'mitigations make system calls dearer');
    if (/\bmitigations=off\b/.test(files.readText('/proc/cmdline') ?? ''))
      return note(
        'mitigations=off on the kernel command line',
        'system calls are cheaper than on hosts that keep the default',
      );
    const active = activeMitigations(files);
    const effects = dear
      .filter(({ words }) => active.some((text) => words.test(text)))
      .map(({ effect }) => effect);
    if (effects.length === 0)
      return fine(`${active.length} active`, 'none that makes entering the kernel much dearer');
    return note(`${active.length} active`, effects.join('; '), `grep . ${folder}/*`);
  },
};
