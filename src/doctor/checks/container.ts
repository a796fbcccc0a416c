import type { SystemFiles } from '../../system/files.ts';
import type { Check } from '../check.ts';
import { fine, note } from '../finding.ts';

/** Where each runtime keeps a container's root and its /etc/hosts, as /proc/self/mountinfo names them. */
const folders: readonly (readonly [words: RegExp, runtime: string])[] = [
  [/\/docker\//, 'Docker'],
  [/\/(io\.)?containerd\b/, 'containerd'],
  [/\/containers\/storage\//, 'CRI-O or podman'],
];

/** The mounts that a runtime makes in every container. Others may be those of containers, seen from outside. */
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

/** The runtime of the container that this process is in, as `containerd, in a pod of Kubernetes`; undefined outside. */
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
