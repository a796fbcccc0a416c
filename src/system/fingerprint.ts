import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { cgroupFolders } from './cgroups.ts';
import type { SystemFiles } from './files.ts';

/** What distinguishes two kernel builds, or two states of a host, that have the same release. */
export interface Fingerprint {
  /** As `uname -v` prints it: the build's number and time. */
  readonly kernelVersion?: string;
  /** What compiled the kernel. */
  readonly compiler?: string;
  /** The kernel's GNU build id, in hexadecimal. */
  readonly buildId?: string;
  /** The beginning of the configuration's SHA-256, and the options of it that move mapping calls. */
  readonly config?: { readonly sha256: string; readonly options: Readonly<Record<string, string>> };
  /** Parameters of the kernel command line that move mapping calls; of others nothing is kept. */
  readonly parameters: readonly string[];
  /** Family, model and stepping, or implementer, part and revision. */
  readonly processor?: string;
  readonly microcode?: string;
  /** Of AArch64: what CTR_EL0 says that code which was written needs, as `IDC=1 DIC=0`. */
  readonly cacheType?: string;
  /** As in /sys/devices/system/cpu/vulnerabilities, those that are affected. */
  readonly mitigations: Readonly<Record<string, string>>;
  /** Transparent huge pages of shared memory, and whether a fault waits for one. */
  readonly shmemHugepages?: string;
  readonly hugepageDefrag?: string;
  readonly numaNodes?: number;
  /** CPUs by kind of core, as `core` and `atom`; empty where all are alike. */
  readonly coreKinds: Readonly<Record<string, string>>;
  /** Of the control groups, by file, as `cpu.max`; without what is unlimited. */
  readonly limits: Readonly<Record<string, string>>;
}

/** The bytes of a file; undefined where it is absent or cannot be read. */
export type ReadBytes = (path: string) => Buffer | undefined;

/** Files of this host as bytes. */
export function readBytes(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Reads what distinguishes a host; what cannot be read is left out. `release` is the kernel's. */
export function fingerprintOf(files: SystemFiles, bytes: ReadBytes, release: string): Fingerprint {
  const { readText } = files;
  const transparent = '/sys/kernel/mm/transparent_hugepage';
  const cpuinfo = readText('/proc/cpuinfo') ?? '';
  return withoutUnknown({
    kernelVersion: readText('/proc/sys/kernel/version'),
    compiler: /\((?=[^()]*(?:gcc|clang))(.*)\) #/.exec(readText('/proc/version') ?? '')?.[1],
    buildId: buildIdIn(bytes('/sys/kernel/notes')),
    config: configIn(bytes, release),
    parameters: (readText('/proc/cmdline') ?? '').split(/\s+/).filter((each) => keptParameter.test(each)),
    processor: processorOf(cpuinfo),
    microcode: fieldOf(cpuinfo, 'microcode'),
    mitigations: mitigationsIn(files),
    shmemHugepages: chosen(readText(`${transparent}/shmem_enabled`)),
    hugepageDefrag: chosen(readText(`${transparent}/defrag`)),
    numaNodes: countOf(files.list('/sys/devices/system/node').filter((name) => /^node\d+$/.test(name))),
    coreKinds: coreKindsIn(files),
    limits: limitsIn(files),
  });
}

function withoutUnknown<T extends object>(facts: T): Fingerprint {
  return Object.fromEntries(
    Object.entries(facts).filter(([, value]) => value !== undefined),
  ) as unknown as Fingerprint;
}

/** Names of parameters that change what a mapping call costs. */
const keptParameter =
  /^(?:transparent_hugepage|thp_\w+|(?:default_)?hugepages\w*|mitigations|pti|nopti|spec\w+|spectre\w+|no?smt|retbleed|l1tf|mds|tsx\w*|srbds|init_on_(?:alloc|free)|page_poison|debug_pagealloc|slub_debug|slab_\w+|kasan\S*|kfence\S*|preempt|isolcpus|nohz\w*|rcu_nocbs|nokaslr|randomize_kstack_offset|cgroup_disable|numa_balancing|rodata|iommu|idle|intel_idle\S*|processor\.max_cstate)(?:=|$)/;

/** Options of a kernel configuration that change what a mapping call costs. */
const keptOption =
  /^CONFIG_(HZ|PREEMPT\w*|TRANSPARENT_HUGEPAGE\w*|READ_ONLY_THP_FOR_FS|PER_VMA_LOCK|MITIGATION_\w+|PAGE_TABLE_ISOLATION|RETPOLINE|INIT_ON_\w+|DEBUG_(?:VM|PAGEALLOC|LIST|PREEMPT)|KASAN|KFENCE|KMSAN|LOCKDEP|PROVE_LOCKING|PAGE_TABLE_CHECK\w*|ARM64_\w*K_PAGES|SHMEM|MEMCG|NUMA\w*|LTO_\w+|CFI_CLANG|STACKPROTECTOR\w*|RANDOMIZE_KSTACK_OFFSET\w*|FUNCTION_TRACER|CC_OPTIMIZE_FOR_\w+)=(.*)$/;

function configIn(bytes: ReadBytes, release: string): Fingerprint['config'] {
  const packed = bytes('/proc/config.gz');
  const text = packed === undefined ? bytes(`/boot/config-${release}`) : unpacked(packed);
  if (text === undefined) return undefined;
  const options = text
    .toString()
    .split('\n')
    .flatMap((line): [string, string][] => {
      const [, name, value] = keptOption.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    });
  const sha256 = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { sha256, options: Object.fromEntries(options) };
}

function unpacked(packed: Buffer): Buffer | undefined {
  try {
    return gunzipSync(packed);
  } catch {
    return undefined;
  }
}

/** The note of type 3 (NT_GNU_BUILD_ID) of the name GNU: elf(5). */
function buildIdIn(notes: Buffer | undefined): string | undefined {
  if (notes === undefined) return undefined;
  const aligned = (size: number) => (size + 3) & ~3;
  for (let at = 0; at + 12 <= notes.length; ) {
    const [nameSize, size, type] = [
      notes.readUInt32LE(at),
      notes.readUInt32LE(at + 4),
      notes.readUInt32LE(at + 8),
    ];
    const name = notes.toString('latin1', at + 12, at + 12 + nameSize);
    const start = at + 12 + aligned(nameSize);
    if (type === 3 && name === 'GNU\0') return notes.toString('hex', start, start + size);
    at = start + aligned(size);
  }
  return undefined;
}

function fieldOf(cpuinfo: string, name: string): string | undefined {
  return new RegExp(`^${name}\\s*: (.*)$`, 'm').exec(cpuinfo)?.[1]?.trim();
}

function processorOf(cpuinfo: string): string | undefined {
  const parts = ['cpu family', 'model', 'stepping', 'CPU implementer', 'CPU part', 'CPU revision'].flatMap(
    (name) => {
      const value = fieldOf(cpuinfo, name);
      return value === undefined ? [] : [`${name.replace('cpu ', '').replace('CPU ', '')} ${value}`];
    },
  );
  return parts.length === 0 ? undefined : parts.join(', ');
}

function mitigationsIn(files: SystemFiles): Record<string, string> {
  const folder = '/sys/devices/system/cpu/vulnerabilities';
  const all = files
    .list(folder)
    .map((name): [string, string] => [name, files.readText(`${folder}/${name}`) ?? '']);
  return Object.fromEntries(all.filter(([, text]) => text !== '' && text !== 'Not affected'));
}

/** The word in brackets of a setting. */
function chosen(text: string | undefined): string | undefined {
  return /\[([\w+]+)\]/.exec(text ?? '')?.[1];
}

function countOf(names: readonly string[]): number | undefined {
  return names.length === 0 ? undefined : names.length;
}

/**
 * Intel's hybrid processors have a performance counter a kind; AArch64's kernels give each core a capacity.
 */
function coreKindsIn({ readText, list }: SystemFiles): Record<string, string> {
  const hybrid = ['core', 'atom', 'lowpower'].flatMap((kind): [string, string][] => {
    const cpus = readText(`/sys/devices/cpu_${kind}/cpus`);
    return cpus === undefined ? [] : [[kind, cpus]];
  });
  if (hybrid.length > 0) return Object.fromEntries(hybrid);
  const folder = '/sys/devices/system/cpu';
  const byCapacity = new Map<string, string[]>();
  for (const name of list(folder)) {
    const [, number] = /^cpu(\d+)$/.exec(name) ?? [];
    const capacity = number === undefined ? undefined : readText(`${folder}/${name}/cpu_capacity`);
    if (number === undefined || capacity === undefined) continue;
    byCapacity.set(capacity, [...(byCapacity.get(capacity) ?? []), number]);
  }
  if (byCapacity.size < 2) return {};
  return Object.fromEntries(
    [...byCapacity].map(([capacity, cpus]) => [`capacity ${capacity}`, cpus.join(',')]),
  );
}

/** Files of control groups that bound what a process gets, of version 2 and 1, by controller. */
const limitFiles = {
  cpu: ['cpu.max', 'cpu.cfs_quota_us'],
  memory: ['memory.max', 'memory.high', 'memory.limit_in_bytes'],
  cpuset: ['cpuset.cpus.effective', 'cpuset.effective_cpus'],
} as const;

const unlimited = /^(?:max\b|-1$|9223372036854\d+$|$)/;

/** The nearest group that sets a limit tells it. */
function limitsIn({ readText }: SystemFiles): Record<string, string> {
  const groups = readText('/proc/self/cgroup') ?? '';
  return Object.fromEntries(
    Object.entries(limitFiles).flatMap(([controller, names]) =>
      names.flatMap((name): [string, string][] => {
        const texts = cgroupFolders(groups, controller).map((folder) => readText(`${folder}/${name}`));
        const found = texts.find((text) => text !== undefined && !unlimited.test(text));
        return found === undefined ? [] : [[name, found]];
      }),
    ),
  );
}
