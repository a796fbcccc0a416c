/**
 * System call numbers (x86-64: arch/x86/entry/syscalls/syscall_64.tbl;
 * AArch64: include/uapi/asm-generic/unistd.h).
 */
const numbers = {
  x64: {
    mmap: 9,
    mprotect: 10,
    munmap: 11,
    mremap: 25,
    madvise: 28,
    openat: 257,
    unlinkat: 263,
    close: 3,
    ftruncate: 77,
    fcntl: 72,
    ioctl: 16,
    pread64: 17,
    pwrite64: 18,
    memfd_create: 319,
    memfd_secret: 447,
    userfaultfd: 323,
    membarrier: 324,
    mseal: 462,
    pkey_alloc: 330,
    pkey_mprotect: 329,
    pkey_free: 331,
    remap_file_pages: 216,
    process_vm_writev: 311,
    clone: 56,
    prctl: 157,
    futex: 202,
    ppoll: 271,
    kill: 62,
    gettid: 186,
    tkill: 200,
    wait4: 61,
    getpid: 39,
    exit: 60,
    clock_gettime: 228,
    clock_nanosleep: 230,
    read: 0,
    write: 1,
    rt_sigaction: 13,
    rt_sigreturn: 15,
    sigaltstack: 131,
    getrusage: 98,
    setgroups: 116,
    setresuid: 117,
    setresgid: 119,
    capget: 125,
    capset: 126,
    mount: 165,
    sched_setaffinity: 203,
    dup3: 292,
    execve: 59,
    nanosleep: 35,
    mkdirat: 258,
    setitimer: 38,
    exit_group: 231,
    unshare: 272,
    perf_event_open: 298,
    prlimit64: 302,
  },
  arm64: {
    mmap: 222,
    mprotect: 226,
    munmap: 215,
    mremap: 216,
    madvise: 233,
    openat: 56,
    unlinkat: 35,
    close: 57,
    ftruncate: 46,
    fcntl: 25,
    ioctl: 29,
    pread64: 67,
    pwrite64: 68,
    memfd_create: 279,
    memfd_secret: 447,
    userfaultfd: 282,
    membarrier: 283,
    mseal: 462,
    pkey_alloc: 289,
    pkey_mprotect: 288,
    pkey_free: 290,
    remap_file_pages: 234,
    process_vm_writev: 271,
    clone: 220,
    prctl: 167,
    futex: 98,
    ppoll: 73,
    kill: 129,
    gettid: 178,
    tkill: 130,
    wait4: 260,
    getpid: 172,
    exit: 93,
    clock_gettime: 113,
    clock_nanosleep: 115,
    read: 63,
    write: 64,
    rt_sigaction: 134,
    rt_sigreturn: 139,
    sigaltstack: 132,
    getrusage: 165,
    setgroups: 159,
    setresuid: 147,
    setresgid: 149,
    capget: 90,
    capset: 91,
    mount: 40,
    sched_setaffinity: 122,
    dup3: 24,
    execve: 221,
    nanosleep: 101,
    mkdirat: 34,
    setitimer: 103,
    exit_group: 94,
    unshare: 97,
    perf_event_open: 241,
    prlimit64: 261,
  },
} as const satisfies Record<Architecture, Record<string, number>>;

/** Names of the system calls that generated code and the measured process make. */
export type SystemCallName = keyof (typeof numbers)['x64'];

export function systemCallNumber(architecture: Architecture, name: SystemCallName): number {
  return numbers[architecture][name];
}

/** The system call of a number; undefined for one that is not made here. */
export function systemCallName(architecture: Architecture, number: number): string | undefined {
  return Object.entries(numbers[architecture]).find(([, each]) => each === number)?.[0];
}

/** The processor architectures for which mapbench can generate code. */
export type Architecture = 'x64' | 'arm64';

/** The architecture of this process, or undefined where mapbench cannot run. */
export function hostArchitecture(): Architecture | undefined {
  return process.arch === 'x64' || process.arch === 'arm64' ? process.arch : undefined;
}

/** Why mapbench cannot measure on this host, or undefined where it can. */
export function unsupportedHost(): string | undefined {
  if (process.platform === 'linux' && hostArchitecture() !== undefined) return undefined;
  return `mapbench measures on Linux x86-64 and AArch64 only; this is ${process.platform} ${process.arch}`;
}
