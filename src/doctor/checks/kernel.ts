import { hasCapability } from '../../system/process.ts';
import { type Check, fine, note, serious, unknown } from '../check.ts';

const path = '/proc/sys/kernel/osrelease';

/** What a kernel before some version does otherwise. */
interface Change {
  /** Major and minor number. */
  readonly since: readonly [number, number];
  readonly before: string;
  /** Where it was changed. */
  readonly source: string;
}

const changes: readonly Change[] = [
  {
    since: [6, 0],
    before:
      'reuse and reuse_lock fault at the first write to every page after a flip; since then mprotect gives the write back at once',
    source: 'commit 64fe24a3e05e, mm/mprotect: try avoiding write faults for exclusive anonymous pages',
  },
  {
    since: [5, 16],
    before:
      'RLIMIT_MEMLOCK is 64 KiB by default, less than one huge page, and MAP_LOCKED fails with EAGAIN; since then 8 MiB',
    source: 'commit 9dcc38e2813e',
  },
  {
    since: [6, 1],
    before: 'memfd_thp is unavailable: there is no MADV_COLLAPSE',
    source: 'madvise(2)',
  },
  {
    since: [6, 4],
    before:
      'page faults of all threads wait for one lock of the address space; since then for their mapping’s',
    source: 'per-VMA locks, Documentation/mm/process_addrs.rst',
  },
  {
    since: [6, 10],
    before: 'memfd_sealed is unavailable: there is no mseal',
    source: 'Documentation/userspace-api/mseal.rst',
  },
  {
    since: [6, 15],
    before: 'memfd_viewguard is unavailable: there are no guard regions in files',
    source: 'madvise(2)',
  },
];

/** Major and minor number of a release, as `6.18.44-fc`. */
function versionOf(release: string): readonly [number, number] | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor)];
}

export const kernel: Check = {
  id: 'kernel',
  look({ files }) {
    const release = files.readText(path);
    const version = versionOf(release ?? '');
    if (release === undefined || version === undefined)
      return unknown(path, 'kernels differ in what flips cost');
    const isOlder = ([major, minor]: Change['since']) =>
      version[0] < major || (version[0] === major && version[1] < minor);
    const lacking = changes.filter(({ since }) => isOlder(since));
    if (lacking.length === 0)
      return fine(`Linux ${release}`, 'it has every change that mapbench knows to matter');
    return lacking.map(({ since, before, source }) =>
      note(`Linux ${release}, before ${since.join('.')}`, `${before} (${source})`),
    );
  },
};

/** The oldest major version of Node.js that mapbench is tested with. */
const oldestNode = 20;

export const runtime: Check = {
  id: 'node',
  look({ node, koffi, architecture }) {
    const evidence = `Node.js ${node}, koffi ${koffi}, ${architecture}`;
    const major = Number(/^v(\d+)/.exec(node)?.[1]);
    if (major < oldestNode)
      return note(evidence, 'mapbench is not tested with it', 'install Node.js 20 or newer');
    return fine(evidence, 'mapbench runs on it');
  },
};

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

const randomizePath = '/proc/sys/kernel/randomize_va_space';
const ADDR_NO_RANDOMIZE = 0x0040000;

export const aslr: Check = {
  id: 'aslr',
  look({ files }) {
    const value = files.readText(randomizePath);
    const effect = 'all forks have one layout of addresses: intervals are narrower than the truth';
    if (value === undefined) return unknown(randomizePath, effect);
    const personality = Number.parseInt(files.readText('/proc/self/personality') ?? '0', 16);
    if ((personality & ADDR_NO_RANDOMIZE) !== 0)
      return serious('off for this process (ADDR_NO_RANDOMIZE)', effect, 'start it without setarch -R');
    if (value !== '2')
      return serious(
        `kernel.randomize_va_space is ${value}`,
        effect,
        'sysctl -w kernel.randomize_va_space=2',
      );
    return fine('kernel.randomize_va_space is 2', 'every fork draws a layout of its own');
  },
};
