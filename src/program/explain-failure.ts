import { MAP, PROT } from '../system/constants.ts';
import { describeErrno, errnoName } from '../system/errno.ts';
import { commandToFill } from '../system/huge-pages.ts';
import { flagsOf, lengthOf } from './call-arguments.ts';
import { stepName } from './describe.ts';
import type { Argument, CallStep } from './step.ts';
import type { StepFailure } from './step-failure.ts';

/** What an explanation needs to know of the host. */
export interface HostLimits {
  /** RLIMIT_MEMLOCK in bytes; null where unlimited. */
  readonly memlockBytes: number | null;
  /** Free 2 MiB pages in the pool, null where the kernel has no huge pages; and pages in all. */
  readonly hugePagesFree: number | null;
  readonly hugePagesTotal: number | null;
}

interface Rule {
  readonly errno: string;
  readonly applies: (step: CallStep) => boolean;
  readonly explain: (step: CallStep, limits: HostLimits) => string;
}

const KiB = 1024;
const hugePage = 2048 * KiB;

const maps = (step: CallStep, flag: number) => step.call === 'mmap' && (flagsOf(step, 'map') & flag) !== 0;
const makesExecutable = (step: CallStep) => (flagsOf(step, 'prot') & PROT.PROT_EXEC) !== 0;
const isFileMapping = (step: CallStep) => step.call === 'mmap' && !maps(step, MAP.MAP_ANONYMOUS);

const calls = (name: CallStep['call']) => (step: CallStep) => step.call === name;
const pathOf = (step: CallStep) =>
  step.args.flatMap((each) => (each.type === 'string' ? [each.value] : []))[0] ?? 'the file';
/** A file of huge pages, by which its mappings take pages from the pool. */
const isHugeFile = (argument: Argument) =>
  argument.type === 'value' && argument.value.kind === 'fd' && argument.value.pageSize !== undefined;

function emptyPool(step: CallStep, limits: HostLimits): string {
  const needed = Math.ceil(lengthOf(step) / hugePage);
  if (limits.hugePagesTotal === null)
    return 'this kernel has no huge pages of 2 MiB (CONFIG_HUGETLBFS, hugepagesz=2M)';
  const remedy = commandToFill(limits.hugePagesTotal + Math.max(8, needed));
  if (limits.hugePagesTotal === 0) return `the huge page pool is empty; ${remedy}`;
  return `the huge page pool has ${limits.hugePagesFree ?? 0} of ${limits.hugePagesTotal} pages free, ${needed} needed; ${remedy}`;
}

function lockedTooMuch(step: CallStep, limits: HostLimits): string {
  const limit = limits.memlockBytes === null ? 'too low' : `${limits.memlockBytes / KiB} KiB`;
  return `RLIMIT_MEMLOCK is ${limit}, ${lengthOf(step) / KiB} KiB needed; ulimit -l or CAP_IPC_LOCK raises it`;
}

const forbidden =
  'a policy forbids it (PR_SET_MDWE, SELinux execmem or systemd MemoryDenyWriteExecute); a dual mapping as memfd may be allowed';

/** Why a call fails with an errno, first match wins. Sources: the man pages, and mm/mmap.c, mm/mlock.c, mm/hugetlb.c. */
const rules: readonly Rule[] = [
  { errno: 'ENOMEM', applies: (step) => maps(step, MAP.MAP_HUGETLB), explain: emptyPool },
  { errno: 'EAGAIN', applies: (step) => maps(step, MAP.MAP_LOCKED), explain: lockedTooMuch },
  { errno: 'EPERM', applies: (step) => maps(step, MAP.MAP_LOCKED), explain: lockedTooMuch },
  {
    errno: 'EPERM',
    applies: (step) => isFileMapping(step) && makesExecutable(step),
    explain: () => 'the file system is mounted noexec; mount -o remount,exec /dev/shm',
  },
  { errno: 'EACCES', applies: makesExecutable, explain: () => forbidden },
  { errno: 'EPERM', applies: makesExecutable, explain: () => forbidden },
  ...['ENOSPC', 'EINVAL'].map((errno) => ({
    errno,
    applies: calls('pkey_alloc'),
    explain: () => 'this processor or kernel has no protection keys (pku or poe in /proc/cpuinfo)',
  })),
  {
    errno: 'ENOMEM',
    applies: (step) => step.args.some(isHugeFile),
    explain: emptyPool,
  },
  {
    errno: 'EINVAL',
    applies: calls('madvise'),
    explain: () =>
      'this kernel cannot collapse pages (MADV_COLLAPSE is of Linux 6.1), or the mapping is not aligned',
  },
  {
    errno: 'EPERM',
    applies: calls('userfaultfd'),
    explain: () => 'a seccomp filter (as containers have) or vm.unprivileged_userfaultfd forbids it',
  },
  {
    errno: 'EOPNOTSUPP',
    applies: calls('openat'),
    explain: () => 'the file system has no files without a name (O_TMPFILE); mount a tmpfs there',
  },
  {
    errno: 'ENOENT',
    applies: calls('openat'),
    explain: (step) => `${pathOf(step)} does not exist; mount it`,
  },
  ...['EACCES', 'EPERM'].map((errno) => ({
    errno,
    applies: calls('openat'),
    explain: (step: CallStep) => `${pathOf(step)} is not writable for this process`,
  })),
  {
    errno: 'ENOMEM',
    applies: () => true,
    explain: () => 'memory, the address space limit (ulimit -v) or vm.max_map_count is exhausted',
  },
  {
    errno: 'ENOSYS',
    applies: () => true,
    explain: (step) => `this kernel, or a sandbox around it, has no ${step.call}`,
  },
  {
    errno: 'EINVAL',
    applies: () => true,
    explain: () => 'this kernel does not know one of the flags, or the length is not one that it can map',
  },
  {
    errno: 'EMFILE',
    applies: () => true,
    explain: () => 'the limit of open files is reached; ulimit -n raises it',
  },
  {
    errno: 'EACCES',
    applies: (step) => step.call === 'shm_open' || step.call === 'memfd_create',
    explain: (step) =>
      step.call === 'shm_open'
        ? '/dev/shm is not writable for this user; chmod 1777 /dev/shm'
        : 'vm.memfd_noexec=2 forbids it; sysctl -w vm.memfd_noexec=1',
  },
  {
    errno: 'ENOENT',
    applies: (step) => step.call === 'shm_open',
    explain: () => '/dev/shm does not exist; mount -t tmpfs tmpfs /dev/shm',
  },
  ...['EPERM', 'EACCES'].map((errno) => ({
    errno,
    applies: () => true,
    explain: () => 'a seccomp filter or another policy forbids it',
  })),
];

/** Why the kernel may have refused a step and what would help, in one clause; undefined where nothing is known. */
function explainFailure({ step, errno }: StepFailure, limits: HostLimits): string | undefined {
  const name = errnoName(errno);
  if (step.kind === 'write_module' && name === 'EIO')
    return 'this kernel does not let /proc/self/mem write what is not writable; boot with proc_mem.force_override=always';
  if (step.kind !== 'call') return undefined;
  return rules.find((rule) => rule.errno === name && rule.applies(step))?.explain(step, limits);
}

/** A failure for people, as `mmap: EAGAIN (resource temporarily unavailable) in step 1: RLIMIT_MEMLOCK is 64 KiB, 128 KiB needed`. */
export function describeFailure(failure: StepFailure, limits: HostLimits): string {
  const { step, errno } = failure;
  const explanation = explainFailure(failure, limits);
  return `${stepName(step)}: ${describeErrno(errno)} in step ${step.number}${explanation === undefined ? '' : `: ${explanation}`}`;
}
