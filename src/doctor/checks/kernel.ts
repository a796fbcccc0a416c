import type { Check } from '../check.ts';
import { fine, note, unknown } from '../finding.ts';

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
