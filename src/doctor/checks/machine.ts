import type { SystemFiles } from '../../system/files.ts';
import { hypervisorOf } from '../../system/host.ts';
import { type Check, fine, note, unknown } from '../check.ts';

export const virtualisation: Check = {
  id: 'virtualisation',
  look({ files }) {
    const hypervisor = hypervisorOf(files);
    if (files.readText('/proc/cpuinfo') === undefined)
      return unknown('/proc/cpuinfo', 'a VM makes faults more expensive');
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
const expensive: readonly { words: RegExp; effect: string }[] = [
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
    if (files.list(folder).length === 0)
      return unknown(folder, 'mitigations make system calls more expensive');
    if (/\bmitigations=off\b/.test(files.readText('/proc/cmdline') ?? ''))
      return note(
        'mitigations=off on the kernel command line',
        'system calls are cheaper than on hosts that keep the default',
      );
    const active = activeMitigations(files);
    const effects = expensive
      .filter(({ words }) => active.some((text) => words.test(text)))
      .map(({ effect }) => effect);
    if (effects.length === 0)
      return fine(`${active.length} active`, 'none that makes entering the kernel much more expensive');
    return note(`${active.length} active`, effects.join('; '), `grep . ${folder}/*`);
  },
};

/** Where each runtime keeps a container's root and its /etc/hosts, as /proc/self/mountinfo names them. */
const folders: readonly (readonly [words: RegExp, runtime: string])[] = [
  [/\/docker\//, 'Docker'],
  [/\/(io\.)?containerd\b/, 'containerd'],
  [/\/containers\/storage\//, 'CRI-O or podman'],
];

/**
 * The mounts that a runtime makes in every container. Others may be those of containers, seen from outside.
 */
const ownMounts = ['/', '/etc/hosts', '/etc/hostname', '/etc/resolv.conf'];

export const container: Check = {
  id: 'container',
  look({ files }) {
    const found = runtimeOf(files);
    if (found === undefined) return fine('none known', 'no container runtime adds filters or limits');
    return note(
      found,
      'its seccomp filter, limits and mounts apply: see seccomp, cgroup, memlock and dev-shm',
    );
  },
};

/**
 * The runtime of the container that this process is in, as `containerd, in a pod of Kubernetes`; undefined
 * outside.
 */
function runtimeOf(files: SystemFiles): string | undefined {
  const inPod = isInPod(files);
  const runtime = files.readText('/run/systemd/container') ?? markedBy(files, inPod) ?? mountedBy(files);
  if (!inPod) return runtime;
  return `${runtime ?? 'an unknown runtime'}, in a pod of Kubernetes`;
}

function isInPod({ readText, list }: SystemFiles): boolean {
  return (
    list('/run/secrets').includes('kubernetes.io') ||
    list('/var/run/secrets').includes('kubernetes.io') ||
    // With cgroup namespaces only the relative path of the group is seen.
    /kubepods/.test(readText('/proc/self/cgroup') ?? '') ||
    /\/kubelet\/pods\//.test(mountsIn(readText).join('\n'))
  );
}

/** By the files that are there for this purpose; podman and CRI-O make the same one (cri-o/cri-o#5463). */
function markedBy({ readText }: SystemFiles, inPod: boolean): string | undefined {
  if (readText('/.dockerenv') !== undefined) return 'Docker';
  if (readText('/run/.containerenv') !== undefined) return inPod ? 'CRI-O' : 'podman';
  return undefined;
}

function mountedBy({ readText }: SystemFiles): string | undefined {
  const mounts = mountsIn(readText).join('\n');
  return folders.find(([words]) => words.test(mounts))?.[1];
}

/** The lines of the mounts that a runtime makes. */
function mountsIn(readText: SystemFiles['readText']): string[] {
  return (readText('/proc/self/mountinfo') ?? '')
    .split('\n')
    .filter((line) => ownMounts.includes(line.split(' ')[4] ?? ''));
}
