import { realpathSync } from 'node:fs';
import { MADV, MAP, PROT } from './constants.ts';
import { describeErrno, errnoName } from './errno.ts';
import { MapbenchError } from './errors.ts';
import { commandToFill, hugePagePool } from './huge-pages.ts';
import { bytesText, exceeded, type Limit, limitsOn, type Refused, refusedProcess } from './limits.ts';
import { mountOf } from './mounts.ts';

/** A system call that the kernel refused, and what is known of it. */
export interface Refusal {
  /** As people call it: `mmap`, `shm_open`, `write_module`. */
  readonly call: string;
  /** Positive. */
  readonly errno: number;
  /** Of the mapping, or of the file. */
  readonly bytes?: number | undefined;
  /** PROT_ and MAP_ bits. */
  readonly prot?: number | undefined;
  readonly map?: number | undefined;
  /** Of madvise. */
  readonly advice?: number | undefined;
  /** The file or folder that it is about, or that is mapped. */
  readonly path?: string | undefined;
  /** It is about a file of huge pages. */
  readonly isHuge?: boolean | undefined;
}

/** Where a call was refused, for the sentence. */
interface RefusedAt {
  /** The number of the step. */
  readonly step?: number | undefined;
  /** As `for a guard`, where no step says it. */
  readonly where?: string | undefined;
  /** What cannot be done because of it, as `the file cannot be written`. */
  readonly consequence?: string | undefined;
}

/**
 * A call that this host, as it is set up, does not grant. The message is a sentence that says the way out.
 */
export class RefusalError extends MapbenchError {
  readonly refusal: Refusal;
  /** Why, and what would help, in one clause; undefined where nothing is known. */
  readonly explanation: string | undefined;
  /** The message without the number of the step, in which strategies differ. */
  readonly withoutStep: string;

  /** What limits the process that was refused, by default this one, is read at once. */
  constructor(
    refusal: Refusal,
    process: Refused = refusedProcess('self'),
    { step, where, consequence }: RefusedAt = {},
    explanation = explainRefusal(refusal, process),
  ) {
    const prefix = consequence === undefined ? '' : `${consequence}: `;
    const sentence = (at: string | undefined) => `${prefix}${describeRefusal(refusal, explanation, at)}`;
    super('unavailable', sentence(step === undefined ? where : `in step ${step}`));
    this.refusal = refusal;
    this.explanation = explanation;
    this.withoutStep = sentence(where);
  }

  /** Positive. */
  get errno(): number {
    return this.refusal.errno;
  }
}

const exhausted = ['ENOMEM', 'EAGAIN', 'EMFILE', 'ENFILE', 'ENOSPC', 'EDQUOT', 'EFBIG'];

/** Whether an errno says that something is used up, which can happen at any time. */
export function isExhausted(errno: number): boolean {
  return exhausted.includes(errnoName(errno));
}

/** What Node.js was refused, as one; other errors as they are. */
export function asRefusal(error: unknown, about: Omit<Refusal, 'call' | 'errno'> = {}): unknown {
  if (!(error instanceof Error && 'syscall' in error && 'errno' in error)) return error;
  const { syscall, errno } = error;
  if (typeof syscall !== 'string' || typeof errno !== 'number') return error;
  // As `spawn node`.
  const [call = ''] = syscall.split(' ');
  return new RefusalError({ call, errno: -errno, ...about });
}

const hugePage = 2 * 1024 * 1024;

interface Rule {
  readonly errno: string;
  readonly applies?: (refusal: Refusal) => boolean;
  /** undefined where the facts speak against it: the next rule is asked. */
  readonly explain: (refusal: Refusal, process: Refused) => string | undefined;
}

const calls =
  (...names: readonly string[]) =>
  ({ call }: Refusal) =>
    names.includes(call);
const isHuge = ({ map = 0, isHuge: ofHugeFile = false }: Refusal) =>
  ofHugeFile || (map & MAP.MAP_HUGETLB) !== 0;
const locks = ({ call, map = 0 }: Refusal) => (map & MAP.MAP_LOCKED) !== 0 || call === 'memfd_secret';
const makesExecutable = ({ prot = 0 }: Refusal) => (prot & PROT.PROT_EXEC) !== 0;
const runs = (refusal: Refusal) => makesExecutable(refusal) || refusal.call === 'posix_spawn';
const starts = calls('posix_spawn', 'clone', 'spawn', 'start_writer');

/** Explains by the first limit of a kind that is exceeded by what was asked for. */
const limited =
  (limits: (process: Refused) => readonly Limit[], needed: (refusal: Refusal) => number) =>
  (refusal: Refusal, process: Refused) =>
    exceeded(limits(process), needed(refusal));
const named = ({ name, value, remedy }: Limit) => `${name} is ${value}; ${remedy}`;
const bytes = ({ bytes: length = 0 }: Refusal) => length;
const one = () => 1;

const noGuards =
  'this kernel has no guard regions in files (Linux 6.15), or the mapping is locked or of huge pages; take memfd_viewflip';

/** Why madvise(2) does not know an advice, by its number. */
const unknownAdvice: Readonly<Record<number, string>> = {
  [MADV.MADV_GUARD_INSTALL]: noGuards,
  [MADV.MADV_GUARD_REMOVE]: noGuards,
  [MADV.MADV_HUGEPAGE]:
    'this kernel has no transparent huge pages; boot one that has CONFIG_TRANSPARENT_HUGEPAGE',
  [MADV.MADV_COLLAPSE]:
    'this kernel cannot collapse pages (MADV_COLLAPSE is of Linux 6.1), or the mapping is not aligned',
};

/**
 * Why a call fails with an errno, first match wins. Sources: the man pages, and mm/mmap.c, mm/mlock.c,
 * mm/hugetlb.c, mm/shmem.c, kernel/fork.c.
 */
const rules: readonly Rule[] = [
  // Huge pages.
  ...['ENOMEM', 'ENOSPC'].flatMap((errno): Rule[] => [
    { errno, applies: isHuge, explain: limited(limitsOn.hugeReservations, wholeHugePages) },
    { errno, applies: isHuge, explain: emptyPool },
  ]),
  // Memory.
  ...['EAGAIN', 'EPERM', 'ENOMEM'].map((errno) => ({
    errno,
    applies: locks,
    explain: limited(limitsOn.locked, bytes),
  })),
  { errno: 'ENOMEM', explain: limited(limitsOn.mappings, one) },
  { errno: 'ENOMEM', explain: limited(limitsOn.addressSpace, bytes) },
  {
    errno: 'ENOMEM',
    applies: ({ prot = PROT.PROT_WRITE }) => (prot & PROT.PROT_WRITE) !== 0,
    explain: limited(limitsOn.data, bytes),
  },
  ...['ENOMEM', 'ENOSPC'].map((errno) => ({ errno, explain: limited(limitsOn.commit, bytes) })),
  // Files.
  { errno: 'EMFILE', explain: limited(limitsOn.files, one) },
  // What was open then may be closed by now; if not, the limit itself cannot be read.
  {
    errno: 'EMFILE',
    explain: (_, process) =>
      limitsOn.files(process).map(named)[0] ?? 'RLIMIT_NOFILE is reached; ulimit -n raises it',
  },
  { errno: 'ENFILE', explain: limited(limitsOn.allFiles, one) },
  { errno: 'EFBIG', explain: limited(limitsOn.fileSize, bytes) },
  { errno: 'ENOSPC', explain: fullFileSystem },
  { errno: 'EROFS', explain: (refusal, process) => mountedAs(refusal, process, 'ro', 'read-only') },
  ...['EPERM', 'EACCES'].map((errno) => ({
    errno,
    applies: runs,
    explain: (refusal: Refusal, process: Refused) => mountedAs(refusal, process, 'noexec', 'noexec'),
  })),
  // Processes and threads.
  { errno: 'EAGAIN', applies: starts, explain: limited(limitsOn.tasks, one) },
  // What single calls need.
  {
    errno: 'EIO',
    applies: calls('write_module', 'pwrite_module'),
    explain: () =>
      'this kernel does not let /proc/self/mem write what is not writable; boot with proc_mem.force_override=always',
  },
  { errno: 'EACCES', applies: makesExecutable, explain: deniedByPolicy },
  { errno: 'EPERM', applies: makesExecutable, explain: deniedByFilter },
  ...['ENOSPC', 'EINVAL'].map((errno) => ({ errno, applies: calls('pkey_alloc'), explain: noKeys })),
  { errno: 'EINVAL', applies: calls('madvise'), explain: ({ advice = 0 }) => unknownAdvice[advice] },
  {
    errno: 'EPERM',
    applies: calls('userfaultfd'),
    explain: () => 'a seccomp filter (as containers have) or vm.unprivileged_userfaultfd forbids it',
  },
  {
    errno: 'EACCES',
    applies: calls('memfd_create'),
    explain: () => 'vm.memfd_noexec=2 forbids it; sysctl -w vm.memfd_noexec=1',
  },
  {
    errno: 'EACCES',
    applies: calls('shm_open'),
    explain: () => '/dev/shm is not writable for this user; chmod 1777 /dev/shm',
  },
  {
    errno: 'ENOENT',
    applies: calls('shm_open'),
    explain: () => '/dev/shm does not exist; mount -t tmpfs tmpfs /dev/shm',
  },
  {
    errno: 'EOPNOTSUPP',
    applies: calls('openat', 'open'),
    explain: (refusal) =>
      `the file system has no files without a name (O_TMPFILE); ${elsewhere(refusal.path, 'mount a tmpfs there')}`,
  },
  {
    errno: 'ENOENT',
    applies: calls('openat', 'open'),
    explain: ({ path = 'the file' }) => `${path} does not exist; ${elsewhere(path, 'mount it')}`,
  },
  ...['EACCES', 'EPERM'].map((errno) => ({
    errno,
    applies: calls('openat', 'open'),
    explain: ({ path = 'the file' }: Refusal) => `${path} is not writable for this process`,
  })),
  {
    errno: 'EINVAL',
    applies: calls('sched_setaffinity'),
    explain: () => 'none of the CPUs is there, or allowed to this process; see taskset -p $$',
  },
  // Where no limit is reached.
  { errno: 'ENOMEM', explain: noMemory },
  {
    errno: 'ENOSYS',
    explain: ({ call }) =>
      `this kernel, or a sandbox around it, has no ${call}; allow it in the seccomp filter`,
  },
  {
    errno: 'EINVAL',
    explain: () => 'this kernel does not know one of the flags, or the length is not one that it can map',
  },
  ...['EPERM', 'EACCES', 'EAGAIN'].map((errno) => ({ errno, explain: forbidden })),
];

/**
 * Why the kernel may have refused a call and what would help, in one clause; undefined where nothing is
 * known.
 */
export function explainRefusal(refusal: Refusal, process: Refused): string | undefined {
  if (refusal.call.startsWith('mapbench_')) return 'the shared object returned NULL with this errno';
  const name = errnoName(refusal.errno);
  for (const { errno, applies = () => true, explain } of rules) {
    const found = errno === name && applies(refusal) ? explain(refusal, process) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * A refusal for people, as `mmap: EAGAIN (resource temporarily unavailable) in step 1: RLIMIT_MEMLOCK is 64
 * KiB, 128 KiB needed`.
 */
function describeRefusal({ call, errno }: Refusal, explanation: string | undefined, where?: string): string {
  const what = `${call}: ${describeErrno(errno)}${where === undefined ? '' : ` ${where}`}`;
  return explanation === undefined ? what : `${what}: ${explanation}`;
}

/** Why there is no room for a file, or no pages for a mapping of it: what a write to it meets as SIGBUS. */
export function explainNoRoom(
  refusal: Omit<Refusal, 'call' | 'errno'>,
  process: Refused,
): string | undefined {
  const asked = { call: 'mmap', errno: 0, ...refusal };
  if (isHuge(asked))
    return limited(limitsOn.hugePages, wholeHugePages)(asked, process) ?? emptyPool(asked, process, true);
  return fullFileSystem(asked, process) ?? limited(limitsOn.commit, bytes)(asked, process);
}

function wholeHugePages({ bytes: length = 0 }: Refusal): number {
  return Math.ceil(length / hugePage) * hugePage;
}

/** `isSure`: only where the pool has not what is needed. */
function emptyPool(refusal: Refusal, { files }: Refused, isSure = false): string | undefined {
  const needed = wholeHugePages(refusal) / hugePage;
  const figure = (name: string) => files.readText(`${hugePagePool}/${name}`);
  const total = figure('nr_hugepages');
  const free = Number(figure('free_hugepages') ?? 0);
  if (total === undefined) return 'this kernel has no huge pages of 2 MiB (CONFIG_HUGETLBFS, hugepagesz=2M)';
  if (isSure && free >= needed) return undefined;
  const remedy = commandToFill(Number(total) + Math.max(8, needed));
  if (total === '0') return `the huge page pool is empty; ${remedy}`;
  return `the huge page pool has ${free} of ${total} pages free, ${needed} needed; ${remedy}`;
}

function fullFileSystem({ path, bytes: needed = 1 }: Refusal, process: Refused): string | undefined {
  const room = path === undefined ? undefined : process.roomOf(path);
  const mount = path === undefined ? undefined : mountAt(path, process);
  if (path === undefined || room === undefined || mount === undefined) return undefined;
  const { folder, type } = mount;
  if (room.files === 0)
    return `${folder} has no free inodes; ${elsewhere(path, `mount -o remount,nr_inodes=1M ${folder}`)}`;
  if (room.bytes >= needed) return undefined;
  const mebibytes = 2 ** Math.max(6, Math.ceil(Math.log2((2 * needed) / 2 ** 20)));
  const isContainers = folder === '/dev/shm' ? ` (docker run --shm-size ${mebibytes}m)` : '';
  const larger =
    type === 'tmpfs'
      ? `mount -o remount,size=${mebibytes}M ${folder}${isContainers}`
      : `free some of ${folder}`;
  return `${folder} has ${bytesText(room.bytes)} of room, ${bytesText(needed)} needed; ${elsewhere(path, larger)}`;
}

function mountedAs({ path }: Refusal, process: Refused, option: string, word: string): string | undefined {
  const mount = path === undefined ? undefined : mountAt(path, process);
  if (path === undefined || mount?.options.includes(option) !== true) return undefined;
  const remount = `mount -o remount,${option === 'ro' ? 'rw' : 'exec'} ${mount.folder}`;
  return `${mount.folder} is mounted ${word}; ${elsewhere(path, remount)}`;
}

function mountAt(path: string, { pid, files }: Refused) {
  return mountOf(files.readText(`/proc/${pid}/mounts`) ?? '', realPath(path));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** What helps with a file: for all but /dev/shm, which strategies name, the folder can be another one. */
function elsewhere(path: string | undefined, otherwise: string): string {
  return path === undefined || /^\/(dev|proc)\//.test(path)
    ? otherwise
    : `set TMPDIR to a folder of another mount, or ${otherwise}`;
}

/** The processor's flags are the same on all CPUs. */
function noKeys({ errno }: Refusal, { files }: Refused): string {
  const [, , keys] =
    /^(flags|Features)\s*:.*\b(ospke|poe)\b/m.exec(files.readText('/proc/cpuinfo') ?? '') ?? [];
  if (keys === 'ospke' && errnoName(errno) === 'EINVAL')
    return 'keys of x86-64 cannot take execution away; take pkey_rwx, or run on AArch64 with POE';
  return keys !== undefined
    ? 'all protection keys of the process are taken (x86-64 has 15, AArch64 7); use one key for all modules'
    : 'this processor or kernel has no protection keys (pku or poe in /proc/cpuinfo)';
}

function noMemory({ bytes: needed = 0 }: Refusal, process: Refused): string {
  const known = [limitsOn.addressSpace, limitsOn.data, limitsOn.mappings].flatMap((limits) =>
    limits(process),
  );
  const figures = known.map(({ name, value, used, isOfBytes }) =>
    isOfBytes ? `${name} ${bytesText(used)} of ${bytesText(value)}` : `${name} ${used} of ${value}`,
  );
  const within = `${bytesText(needed)} are within all limits (${figures.join(', ')})`;
  return `${within}; ${isFiltered(process) ? 'a seccomp filter may refuse it' : 'the kernel itself has no memory'}`;
}

function forbidden(_: Refusal, process: Refused): string {
  return isFiltered(process)
    ? 'a seccomp filter or another policy forbids it; allow the call there'
    : 'a policy of this host (AppArmor, SELinux) forbids it; allow the call there';
}

/** Whether a seccomp filter is on the process. */
function isFiltered({ pid, files }: Refused): boolean {
  return /^Seccomp:\s+2$/m.test(files.readText(`/proc/${pid}/status`) ?? '');
}

const wayOut = 'a dual mapping as memfd may be allowed';

/** SELinux and PR_SET_MDWE answer EACCES (security/selinux/hooks.c, mm/mmap.c), a filter what it was told. */
function deniedByPolicy(_: Refusal, process: Refused): string {
  const policies = [
    ...(process.files.readText('/sys/fs/selinux/enforce') === '1' ? ['SELinux (execmem)'] : []),
    ...(isFiltered(process) ? ['a seccomp filter'] : []),
    'PR_SET_MDWE',
  ];
  return `${policies.join(' or ')} forbids it; ${wayOut}`;
}

/** As systemd has one for MemoryDenyWriteExecute. */
function deniedByFilter(_: Refusal, process: Refused): string | undefined {
  return isFiltered(process) ? `a seccomp filter forbids executable memory; ${wayOut}` : undefined;
}
