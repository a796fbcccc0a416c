import os from 'node:os';
import { ownCacheType } from './cache-type.ts';
import { type SystemFiles, systemFiles } from './files.ts';
import { type Fingerprint, fingerprintOf, readBytes } from './fingerprint.ts';
import { hugePagePool } from './huge-pages.ts';
import { softLimit } from './limits.ts';
import { pageSize } from './memory.ts';

/**
 * What a reader must know of a host to judge its numbers. Sizes in bytes; null = unknown, absent or
 * unlimited.
 */
export interface Host {
  readonly cpu: string;
  readonly cpus: number;
  readonly architecture: string;
  readonly kernel: string;
  /** The hypervisor, or null on bare metal. */
  readonly virtualisation: string | null;
  readonly pageSize: number;
  /** null of another host that does not tell. */
  readonly memory: number | null;
  /** The mode in /sys/kernel/mm/transparent_hugepage/enabled. */
  readonly transparentHugepages: string | null;
  /** The pool of 2 MiB huge pages. */
  readonly hugePagesTotal: number | null;
  readonly hugePagesFree: number | null;
  /** RLIMIT_MEMLOCK (soft); null = unlimited. */
  readonly memlockBytes: number | null;
  /** Of this host; null of another one. */
  readonly node: string | null;
  readonly hostname: string;
  readonly fingerprint: Fingerprint;
}

/** Reads the facts of this host. */
export function hostFacts(): Host {
  return {
    ...factsIn(systemFiles, process.arch),
    cpus: os.availableParallelism(),
    architecture: process.arch,
    kernel: os.release(),
    pageSize: pageSize(),
    memory: os.totalmem(),
    node: process.version,
    hostname: os.hostname(),
    fingerprint: withCacheType(fingerprintOf(systemFiles, readBytes, os.release()), ownCacheType()),
  };
}

/** The facts of another host, of which there are some files. */
export function hostFactsFrom({
  files,
  architecture,
  pageSize,
  cpus,
  cacheType,
}: {
  readonly files: SystemFiles;
  readonly architecture: string;
  readonly pageSize: number;
  readonly cpus: readonly number[];
  readonly cacheType?: string;
}): Host {
  const memory = /^MemTotal:\s*(\d+) kB$/m.exec(files.readText('/proc/meminfo') ?? '')?.[1];
  const kernel = files.readText('/proc/sys/kernel/osrelease') ?? 'unknown';
  return {
    ...factsIn(files, architecture),
    cpus: cpus.length,
    architecture,
    kernel,
    pageSize,
    memory: memory === undefined ? null : Number(memory) * 1024,
    node: null,
    hostname: files.readText('/proc/sys/kernel/hostname') ?? 'unknown',
    // Files that are not text are not fetched from a target.
    fingerprint: withCacheType(
      fingerprintOf(files, () => undefined, kernel),
      cacheType,
    ),
  };
}

function withCacheType(fingerprint: Fingerprint, cacheType: string | undefined): Fingerprint {
  return { ...fingerprint, ...(cacheType !== undefined && { cacheType }) };
}

/** What files alone tell. */
function factsIn(files: SystemFiles, architecture: string) {
  const hugePages = (file: string) => {
    const text = files.readText(`${hugePagePool}/${file}`);
    return text === undefined ? null : Number(text);
  };
  const { readText } = files;
  return {
    cpu: cpuModel(readText('/proc/cpuinfo') ?? '', architecture),
    virtualisation: hypervisorOf(files),
    transparentHugepages:
      /\[(\w+)\]/.exec(readText('/sys/kernel/mm/transparent_hugepage/enabled') ?? '')?.[1] ?? null,
    hugePagesTotal: hugePages('nr_hugepages'),
    hugePagesFree: hugePages('free_hugepages'),
    memlockBytes: memlockLimit(readText('/proc/self/limits') ?? ''),
  };
}

/** The model's name in /proc/cpuinfo; AArch64 kernels give numbers only, so those are named. */
function cpuModel(cpuinfo: string, architecture: string): string {
  const field = (name: string) => new RegExp(`^${name}\\s*: (.*)$`, 'm').exec(cpuinfo)?.[1]?.trim();
  const model = field('model name');
  if (model !== undefined) return model;
  const [implementer, part] = [field('CPU implementer'), field('CPU part')];
  return implementer === undefined
    ? architecture
    : `CPU implementer ${implementer} part ${part ?? 'unknown'}`;
}

/** The hypervisor that the firmware tables or the CPU flags name, or null where nothing speaks of one. */
export function hypervisorOf({ readText }: SystemFiles): string | null {
  const product = [readText('/sys/class/dmi/id/sys_vendor'), readText('/sys/class/dmi/id/product_name')].join(
    ' ',
  );
  const known = [
    'QEMU',
    'VMware',
    'VirtualBox',
    'Xen',
    'Amazon EC2',
    'Google',
    'Microsoft Corporation',
    'Firecracker',
  ];
  const cpuinfo = readText('/proc/cpuinfo') ?? '';
  const isGuest = /^flags\s*:.*\bhypervisor\b/m.test(cpuinfo);
  const isArm = /^CPU implementer/m.test(cpuinfo);
  const named = known.find((name) => product.includes(name));
  if (named !== undefined && (isGuest || isArm)) return named;
  if (/-fc-|firecracker/i.test(readText('/proc/sys/kernel/osrelease') ?? '')) return 'Firecracker';
  return isGuest ? 'unnamed hypervisor' : null;
}

/** The soft limit of locked memory in bytes, from the text of /proc/<pid>/limits; null = unlimited. */
export function memlockLimit(limits: string): number | null {
  return softLimit(limits, 'Max locked memory');
}
